import type { StoredDelivery } from '#shared/appwrite/deliveries.ts';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { readLink } from '#shared/services/accounts/links.ts';
import { startServer } from '../local-server.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf, mailAdmin } from '../mail.ts';
import type { Stage, Story } from './stories.ts';

/** Enough for a lease to expire and for the first three pauses between attempts, also on a busy machine. */
async function waitForDeliveries({ service }: Stage): Promise<void> {
  await advanceMinutes(service, 14);
  await advanceMinutes(service, 40, 10);
}

/** Less than half of the hour that a link is valid, since a late effect makes this time pass twice. */
const waitForLink = ({ service }: Stage) => advanceMinutes(service, 20);

const callFilter = { functionId: 'notifications' };

export function expectEqual(what: string, found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`);
}

async function expectDelivered(stage: Stage, subject: string, mails: number, address: string): Promise<void> {
  expectEqual('mails', (await inboxOf(stage.service, address)).length, mails);
  await expectNothingLeft(stage, await deliveriesOf(stage.service, subject));
}

/** Expects that all of these deliveries were sent, and that no message and no outbox row is left. */
export async function expectNothingLeft(stage: Stage, deliveries: readonly StoredDelivery[]): Promise<void> {
  if (deliveries.length === 0) throw new Error('no delivery');
  expectEqual('statuses', [...new Set(deliveries.map(({ status }) => status))], ['sent']);
  // The message of a delivery with several attempts is kept for two hours, since a call that hung may still take
  // effect.
  const once = deliveries.filter(({ attempts }) => attempts < 2);
  const messages = await mailAdmin(stage.service).messages();
  const left = messages.filter((message) => once.some(({ $id }) => message.$id.startsWith($id)));
  expectEqual('messages', left.length, 0);
  expectEqual('outbox', (await stage.service.connection.store.outbox.list([])).rows.length, 0);
}

/** A filing and a change are told in one mail. */
const changes: Story = {
  name: 'telling of two changes in one mail',
  callFilter,
  async lane(stage) {
    const { service, reporter, admin } = stage;
    const email = `${reporter.username}@example.org`;
    await giveAddress(service, reporter.username);
    let id = '';
    return {
      local: service.local,
      async story() {
        ({ id } = await reporter.file());
        await admin.send('PUT', '/complain', { json: { id, status: 'in_progress', note: 'We begin.' } });
        await advanceMinutes(service, 4);
        return { tries: [] };
      },
      recover: () => waitForDeliveries(stage),
      check: () => expectDelivered(stage, id, 1, email),
    };
  },
};

/** A link is mailed once, and the mailed link is the valid one. */
const recovery: Story = {
  name: 'telling of a link',
  callFilter,
  async lane(stage) {
    const { service, reporter } = stage;
    const { store } = service.connection;
    const email = `r-${reporter.username}@example.org`;
    const accountId = await giveAddress(service, reporter.username, { email });
    return {
      local: service.local,
      async story() {
        await writeOutbox(store, {
          kind: 'recovery.requested',
          username: reporter.username,
          at: new Date(service.local.clock.now()),
        });
        await service.local.settle();
        await advanceMinutes(service, 2);
        return { tries: [] };
      },
      recover: () => waitForLink(stage),
      async check() {
        await expectDelivered(stage, accountId, 1, email);
        const [mail] = await inboxOf(service, email);
        const [, token = ''] = /#reset=(\S+)/.exec(mail?.text ?? '') ?? [];
        if (!(await readLink({ store, clock: systemClock }, token, 'reset'))) throw new Error('the link is dead');
      },
    };
  },
};

/** A webhook is called at least once. */
const webhook: Story = {
  name: 'telling a webhook',
  callFilter,
  async lane(stage) {
    const { service, reporter } = stage;
    const seen = new Set<string>();
    const server = await startServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.add(JSON.parse(body).data.id);
      response.end();
    });
    // The server must not keep the process alive.
    server.server.unref();
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const row = { url: server.url, events: 'complaint.created', secret, enabled: true };
    await service.connection.store.webhooks.insert(randomId(), row);
    await giveAddress(service, reporter.username, { emailConfirmed: false });
    let id = '';
    return {
      local: service.local,
      async story() {
        ({ id } = await reporter.file());
        await service.local.settle();
        return { tries: [] };
      },
      recover: () => waitForDeliveries(stage),
      async check() {
        if (!seen.has(id)) throw new Error('the webhook was not called');
        await expectDelivered(stage, id, 0, `${reporter.username}@example.org`);
      },
    };
  },
};

export const deliveryStories = [changes, recovery, webhook];
