import type { PointOutcome } from 'local-appwrite/crash-enumerator';
import type { LinkPurpose } from '#shared/domain/account.ts';
import { unsubscribeToken } from '#shared/services/accounts/links.ts';
import { accountOf } from '../account-notifications.ts';
import { PASSWORD } from '../enrol.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf, mailAdmin } from '../mail.ts';
import type { Answer, Sending } from '../send.ts';
import { expectEqual, expectNothingLeft } from './deliveries.ts';
import { answerOrUndefined, runDailyPasses, type Stage, type Story, type StoryResult } from './stories.ts';

/** Enough for a lease to expire, and for the first two pauses between attempts. */
const MINUTES = 14;
const NEW_PASSWORD = 'another-Horse-77';

/** The tokens of links that were mailed to an address, the newest first. */
async function tokensTo({ service }: Stage, address: string, purpose: LinkPurpose): Promise<string[]> {
  const mails = await inboxOf(service, address);
  return mails.flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`#${purpose}=(\\S+)`, 'g'))].map(([, it]) => `${it}`),
  );
}

/** Repeats the request after a 409, 429, 503 or no answer, up to five times. */
async function retryWhileBusy({ service }: Stage, send: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await answerOrUndefined(send());
    if (answer && ![409, 429, 503].includes(answer.status)) return answer;
    if (tries === 4) throw new Error(`the last answer was ${answer?.status}`);
    await advanceMinutes(service, 1);
  }
}

type Send = (method: string, path: string, sending: Sending) => Promise<Answer>;

/** The steps of a person with a link: request the mail, and open the link. */
type LinkSteps = {
  purpose: LinkPurpose;
  to: string;
  ask: () => Promise<Answer>;
  open: (token: string) => Promise<Answer>;
  /** Whether the link has had its effect. */
  isDone: () => Promise<boolean>;
};

/** Requests a link and opens it once. If that fails, does both again after the mails had time to arrive. */
function linkLane(stage: Stage, { purpose, to, ask, open, isDone }: LinkSteps) {
  const { service } = stage;
  const used = new Set<string>();
  const use = async (token: string) => {
    const answer = await open(token);
    if (answer.status === 204) used.add(token);
    return answer;
  };
  const openNewest = async () => {
    const [token] = await tokensTo(stage, to, purpose);
    return token === undefined ? undefined : use(token);
  };
  let asked: Answer | undefined;
  return {
    local: service.local,
    async story() {
      asked = await answerOrUndefined(ask());
      await service.local.settle();
      await service.local.settle();
      await openNewest()?.catch(() => undefined);
      await service.local.settle();
      return { tries: [] };
    },
    async recover() {
      await advanceMinutes(service, MINUTES);
      if (await isDone()) return;
      const wasAccepted = asked !== undefined && asked.status < 300;
      if (!wasAccepted) asked = await retryWhileBusy(stage, ask);
      if (!wasAccepted) await advanceMinutes(service, MINUTES);
      const [token] = await tokensTo(stage, to, purpose);
      if (token === undefined) throw new Error('untold: no link was mailed');
      const opened = await retryWhileBusy(stage, () => use(token));
      if (opened.status !== 204 || !(await isDone())) throw new Error(`the link that was mailed: ${opened.status}`);
      await advanceMinutes(service, MINUTES);
    },
    /** A used link has no second effect. A late request may have mailed another link in the meantime. */
    async expectUsed() {
      if (!(await isDone())) throw new Error('the link has done nothing');
      for (const token of used) {
        const { status } = await retryWhileBusy(stage, () => open(token));
        expectEqual('a second use', status, 410);
      }
    },
  };
}

async function mailsOf({ service }: Stage, address: string, subject: string): Promise<number> {
  return (await inboxOf(service, address)).filter((mail) => mail.subject === subject).length;
}

const recovery: Story = {
  name: 'telling how to recover a password',
  async lane(stage) {
    const { service, reporter } = stage;
    const { username } = reporter;
    const to = `r-${username}@example.org`;
    const accountId = await giveAddress(service, username, { email: to });
    const { epoch } = await accountOf(service, username);
    const send: Send = (...sending) => service.send(...sending);
    const lane = linkLane(stage, {
      purpose: 'reset',
      to,
      ask: () => send('POST', '/recovery', { json: { username } }),
      open: (token) => send('POST', '/recovery/confirm', { json: { token, password: NEW_PASSWORD } }),
      isDone: async () => (await accountOf(service, username)).epoch !== epoch,
    });
    return {
      ...lane,
      async check() {
        await lane.expectUsed();
        expectEqual('words about the change', await mailsOf(stage, to, 'Your password was changed'), 1);
        const login = (password: string) => send('POST', '/login', { json: { username, password } });
        expectEqual('the new password', (await login(NEW_PASSWORD)).status, 200);
        expectEqual('the old password', (await login(PASSWORD)).status, 401);
        expectEqual('the old token', (await reporter.send('GET', '/user')).status, 401);
        await expectNothingLeft(stage, await deliveriesOf(service, accountId));
      },
    };
  },
};

const address: Story = {
  name: 'telling of a changed address',
  async lane(stage) {
    const { service, reporter } = stage;
    const { username } = reporter;
    const [old, email] = [`old-${username}@example.org`, `new-${username}@example.org`];
    const accountId = await giveAddress(service, username, { email: old });
    const { epoch } = await accountOf(service, username);
    const lane = linkLane(stage, {
      purpose: 'confirm',
      to: email,
      ask: () => reporter.send('PUT', '/user', { json: { email, currentPassword: PASSWORD } }),
      open: (token) => service.send('POST', '/email/confirm', { json: { token } }),
      isDone: async () => (await accountOf(service, username)).email === email,
    });
    return {
      ...lane,
      async check({ fault }: PointOutcome<StoryResult>) {
        await lane.expectUsed();
        const account = await accountOf(service, username);
        const { emailConfirmed, emailPending } = account;
        expectEqual('the account', [emailConfirmed, emailPending, account.epoch], [true, null, epoch]);
        expectEqual('words before', await mailsOf(stage, old, 'A change of your address was asked for'), 1);
        expectEqual('words after', await mailsOf(stage, old, 'Your address was changed'), 1);
        await expectNothingLeft(stage, await deliveriesOf(service, accountId));
        // A call that takes effect late may create the user again; the daily review removes it.
        if (fault?.effect === 'late') await runDailyPasses(service);
        const { usersOf } = mailAdmin(service);
        expectEqual('Messaging users', [(await usersOf(old)).length, (await usersOf(email)).length], [0, 1]);
      },
    };
  },
};

const unsubscribing: Story = {
  name: 'telling no more after unsubscribing',
  async lane(stage) {
    const { service, reporter, admin } = stage;
    const { username } = reporter;
    const accountId = await giveAddress(service, username);
    const token = unsubscribeToken(accountId, service.settings.TOKEN_SECRET ?? '');
    const { id } = await reporter.file();
    await advanceMinutes(service, 4);
    const before = (await inboxOf(service)).length;
    const stop = () => service.send('POST', '/email/unsubscribe', { json: { token } });
    return {
      local: service.local,
      async story() {
        await answerOrUndefined(stop());
        await service.local.settle();
        return { tries: [] };
      },
      async recover() {
        expectEqual('the answer', (await retryWhileBusy(stage, stop)).status, 204);
      },
      async check() {
        const { notify, email, emailConfirmed } = await accountOf(service, username);
        expectEqual('the account', [notify, email, emailConfirmed], ['none', `${username}@example.org`, true]);
        await admin.send('PUT', '/complain', { json: { id, status: 'in_progress' } });
        await advanceMinutes(service, 4);
        expectEqual('mails', (await inboxOf(service)).length, before);
      },
    };
  },
};

export const linkStories = [recovery, address, unsubscribing];
