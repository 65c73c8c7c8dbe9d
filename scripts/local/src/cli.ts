/** An invalid command line; its message ends with the usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message}\n\n${usage()}`);
  }
}

type Request = { method: string; path: string; body?: unknown };
type Command = { usage: string; about: string; request: (args: string[]) => Request };

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const commands: Record<string, Command> = {
  look: {
    usage: 'look [<database>/<table> | <bucket>]',
    about: 'shows an overview, the newest rows of a table or the newest files of a bucket',
    request: ([place = '']) => ({ method: 'GET', path: lookAt(place) }),
  },
  inbox: { usage: 'inbox', about: 'lists the mails, newest first', request: () => ({ method: 'GET', path: '/inbox' }) },
  calls: {
    usage: 'calls [<how many>]',
    about: 'lists the last calls',
    request: ([limit = '50']) => ({ method: 'GET', path: `/calls?limit=${encodeURIComponent(limit)}` }),
  },
  fault: {
    usage: 'fault <kind> [<METHOD>] [<path>] [<field>=<value> ...]',
    about: 'makes a call or an event fail: fault reset POST "**/files" nth=2 effect=done',
    request: (args) => ({ method: 'POST', path: '/faults', body: readFault(args) }),
  },
  faults: { usage: 'faults', about: 'lists the planned faults', request: () => ({ method: 'GET', path: '/faults' }) },
  mend: { usage: 'mend', about: 'removes all planned faults', request: () => ({ method: 'DELETE', path: '/faults' }) },
  late: {
    usage: 'late',
    about: 'applies the pending late effects now',
    request: () => ({ method: 'POST', path: '/faults/late' }),
  },
  clock: {
    usage: 'clock <n>s|m|h|d, clock <date>',
    about: 'moves the clock; cron and expiry follow',
    request: ([time = '']) => ({ method: 'POST', path: '/clock', body: readTime(time) }),
  },
  kill: {
    usage: 'kill <function>',
    about: "kills a function's process",
    request: ([id = '']) => ({ method: 'POST', path: `/functions/${encodeURIComponent(id)}/kill` }),
  },
  reset: {
    usage: 'reset',
    about: 'removes all rows and files',
    request: () => ({ method: 'POST', path: '/reset' }),
  },
};

/** Sends a command to a running local Appwrite; returns the text to print. */
export async function runCommand(url: string, [name = '', ...args]: string[]): Promise<string> {
  const command = commands[name];
  if (!command) throw new UsageError(`There is no command ${name}.`);
  const { method, path, body } = command.request(args);
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(`${url}/_local${path}`, { method, ...sent }).catch(() => {
    throw new Error(`No local Appwrite answers at ${url}. Start one with npm run local.`);
  });
  const text = await answer.text();
  const value = text === '' ? undefined : JSON.parse(text);
  if (!answer.ok) throw new Error(value?.message ?? `The local Appwrite answered ${answer.status}.`);
  return value === undefined ? 'Done.' : show(value);
}

const STARTING = `Usage: npm run local -- [--empty] [--workers 12] [--no-proxy] [--delays] [--database mariadb|postgresql|mongodb]
  Starts the project of ./appwrite.json. Set PORT (default 3000) and DATA_DIR (default .local) in the environment.
  --empty      starts a project without tables, buckets and functions
  --workers    the number of requests served at once, 2 to 9999, as on a real Appwrite; by default all
  --no-proxy   the workers do not recognise the domains of functions
  --delays     answers as slowly as a real Appwrite
  --database   the database whose behaviour is imitated

       npm run local -- <command>, while it runs:`;

/** The usage text with every option and command. */
export function usage(): string {
  const all = Object.values(commands).map(({ usage: how, about }) => `  ${how.padEnd(54)} ${about}`);
  return [STARTING, ...all].join('\n');
}

function show(value: { calls?: unknown }): string {
  if (Array.isArray(value.calls)) return value.calls.join('\n');
  return JSON.stringify(value, null, 2);
}

function lookAt(place: string): string {
  if (place === '') return '/';
  const parts = place.split('/').map(encodeURIComponent);
  return parts.length === 1 ? `/buckets/${parts[0]}` : `/tables/${parts.join('/')}`;
}

function readFault([kind, ...args]: string[]): Record<string, unknown> {
  const fault: Record<string, unknown> = { kind };
  for (const arg of args) {
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(arg) ?? [];
    if (key) fault[key] = /^\d+$/.test(value) ? Number(value) : value;
    else if (/^[A-Z]+$/.test(arg)) fault.method = arg;
    else fault.path = arg;
  }
  return fault;
}

function readTime(text: string): Record<string, unknown> {
  const [, amount, unit = 's'] = /^\+?(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined ? { moveTo: text } : { advance: Number(amount) * (units[unit] ?? 1000) };
}
