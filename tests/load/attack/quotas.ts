import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import { assertHolds, type Figures, tally } from './check.ts';
import type { Reply } from './in-process.ts';
import { type AttackTarget, freshName } from './target.ts';

const DRAFT = { title: 'A broken lamp', description: 'Dark for a week.' };

async function logInAsNewUser(target: AttackTarget): Promise<{ headers: Record<string, string> }> {
  const username = freshName();
  return { headers: { TOKEN: await target.token(username), USERNAME: username } };
}

/** Sends requests one after the other; resolves to how many answers had each status. */
async function sendMany(count: number, send: (turn: number) => Promise<Reply>): Promise<Figures> {
  const replies: Reply[] = [];
  for (let turn = 0; turn < count; turn += 1) replies.push(await send(turn));
  return tally(replies);
}

/** S4: refused filings do not count towards the hourly limit, whatever their number. */
export async function fileInvalidComplaints(target: AttackTarget, refusals: number): Promise<Figures> {
  const { headers } = await logInAsNewUser(target);
  for (let turn = 0; turn < refusals; turn += 1) {
    const json = { ...DRAFT, category: 'no-such-category' };
    const { status } = await target.send('POST', '/complain', { headers, json });
    assertHolds(status === 422, `a wrong filing was answered ${status}`);
  }
  const { status } = await target.send('POST', '/complain', { headers, json: DRAFT });
  assertHolds(status === 201, `the right filing was answered ${status}`);
  return { refusals, filed: 1 };
}

/** S5: files as fast as possible on both sides of a full hour. */
export async function fileAroundTheHour(target: AttackTarget): Promise<Figures> {
  const { headers } = await logInAsNewUser(target);
  target.advance(HOUR - ((target.now() + MINUTE) % HOUR));
  const statuses = await sendMany(150, (turn) => {
    if (turn === 75) target.advance(MINUTE);
    return target.send('POST', '/complain', { headers, json: DRAFT });
  });
  assertHolds(statuses[201] === 60 && statuses[429] === 90, `filings were answered ${JSON.stringify(statuses)}`);
  target.advance(HOUR);
  const { status } = await target.send('POST', '/complain', { headers, json: DRAFT });
  assertHolds(status === 201, `a filing an hour later was answered ${status}`);
  return { tried: 150, filed: 60, filedAnHourLater: 1 };
}

/** S6: a reporter writes long notes to one complaint. */
export async function writeManyNotes(target: AttackTarget, notes: number): Promise<Figures> {
  const { headers } = await logInAsNewUser(target);
  const { body } = await target.send('POST', '/complain', { headers, json: DRAFT });
  const statuses = await sendMany(notes, (turn) => {
    const json = { id: body.id, note: `${turn} `.padEnd(4_000, 'x') };
    return target.send('PUT', '/complain', { headers, json });
  });
  assertHolds(statuses[200] === 60 && statuses[429] === notes - 60, `notes were answered ${JSON.stringify(statuses)}`);
  return { notes, written: 60 };
}

/** S6: a person changes their account without end. */
export async function changeAccountWithoutEnd(target: AttackTarget, changes: number): Promise<Figures> {
  const { headers } = await logInAsNewUser(target);
  const statuses = await sendMany(changes, (turn) =>
    target.send('PUT', '/user', { headers, json: { name: `Name ${turn}` } }),
  );
  assertHolds(
    statuses[200] === 60 && statuses[429] === changes - 60,
    `changes were answered ${JSON.stringify(statuses)}`,
  );
  return { changes, written: 60 };
}

/** S6: a person follows and unfollows one complaint in turn, without end. */
export async function followWithoutEnd(target: AttackTarget, requests: number): Promise<Figures> {
  const { headers } = await logInAsNewUser(target);
  const author = await logInAsNewUser(target);
  const { body } = await target.send('POST', '/complain', { headers: author.headers, json: DRAFT });
  const statuses = await sendMany(requests, (turn) => {
    const path = turn % 2 === 0 ? '/complain/follow' : '/complain/unfollow';
    return target.send('POST', path, { headers, json: { id: body.id } });
  });
  // The 300th request unfollows. After it each follow is refused, and each unfollow is answered 200 and changes nothing.
  const repeated = (requests - 300) / 2;
  assertHolds(
    statuses[429] === repeated && statuses[200] === 300 + repeated,
    `follows were answered ${JSON.stringify(statuses)}`,
  );
  return { requests, written: 300 };
}

/** S8: sends queries that no client sends by mistake. Each must be answered below 500. */
export async function sendOddQueries(target: AttackTarget): Promise<Figures> {
  const forgedCursor = Buffer.from(JSON.stringify({ position: { time: 'x', sequence: '0' }, seen: -1 })).toString(
    'base64url',
  );
  const queries = [
    `status=${Array.from({ length: 420 }, () => 'created').join(',')}`,
    `after=${forgedCursor}&q=lamp`,
    `after=${forgedCursor}`,
    `after=${'A'.repeat(5_000)}&q=lamp`,
    `after=..%2F..&sort=createdAt`,
    `q=${'lamp+'.repeat(900)}`,
    `category=${'x'.repeat(5_000)}`,
    `username=${'%F0%9F%98%80'.repeat(800)}`,
    'page=99999999999999999999',
    'pageSize=1e9',
    'near=91,181&radius=1',
    'near=0,0&radius=1e308',
    'from=9999999-99-99',
    'assignedTo=%00',
    'status[]=created',
    'id=%00',
    'timelineAfter=1e400&id=aaaaaaaaaaaaaaaaaaaa',
  ];
  const statuses: Figures = {};
  for (const query of queries) {
    const { status } = await target.send('GET', `/complain?${query}`);
    assertHolds(status < 500, `?${query.slice(0, 60)} was answered ${status}`);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { queries: queries.length, ...statuses };
}
