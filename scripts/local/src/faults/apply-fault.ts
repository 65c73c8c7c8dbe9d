import type { ServerResponse } from 'node:http';
import type { Reply } from '../http/call.ts';
import { cutConnection } from '../http/reply.ts';
import { faultyAnswer } from './answers.ts';
import { type CallFault, callFaults, type Effect } from './fault.ts';
import type { Faults } from './faults.ts';

export type Exchange = {
  response: ServerResponse;
  /** Executes the call. */
  perform: (leavesCacheStale?: boolean) => Promise<Reply>;
  /** Kills the process of the function that made the call, and waits until it has exited. */
  kill: () => Promise<void>;
  faults: Faults;
};

/** Makes a call fail. Returns the answer to send, or undefined if the connection was closed. */
export async function applyFault(fault: CallFault, exchange: Exchange): Promise<Reply | undefined> {
  const { response, perform } = exchange;
  switch (fault.kind) {
    case 'slow':
      await pause(fault.milliseconds ?? 1000);
      return perform();
    case 'stale-row':
      return perform(true);
    case 'reset':
    case 'cut':
      runAfterHook(await performIfEffective(fault, exchange));
      return end(response);
    case 'kill':
      runAfterHook(await performIfEffective(fault, exchange));
      await exchange.kill();
      return end(response);
    case 'hang':
      runAfterHook(await performIfEffective(fault, exchange));
      await clientLeft(response, fault.milliseconds);
      return end(response);
    default: {
      const real = await performIfEffective(fault, exchange);
      return { ...faultyAnswer(fault, real), ...(real?.after ? { after: real.after } : {}) };
    }
  }
}

/** Executes the call if its effect is `done`, and returns the real answer; schedules it if the effect is `late`. */
async function performIfEffective(fault: CallFault, { perform, faults }: Exchange): Promise<Reply | undefined> {
  const effect: Effect = fault.effect ?? callFaults[fault.kind];
  if (effect === 'done') return perform();
  if (effect === 'late') faults.later(async () => runAfterHook(await perform()), fault.lateBy ?? 1000);
  return undefined;
}

/** Runs the reply's `after` hook: events are published even if the client gets no answer. */
function runAfterHook(reply: Reply | undefined): void {
  reply?.after?.();
}

function end(response: ServerResponse): undefined {
  cutConnection(response.socket);
}

function clientLeft(response: ServerResponse, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(milliseconds) ? setTimeout(resolve, milliseconds) : undefined;
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
