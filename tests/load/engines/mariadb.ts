import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection } from 'mariadb';
import { type Engine, endServer, findProgram, type Row, startServer, untilReady } from './engine.ts';

const NAMES = ['Handler_read_first', 'Handler_read_key', 'Handler_read_last', 'Handler_read_next', 'Handler_read_prev'];
const READS = [...NAMES, 'Handler_read_rnd', 'Handler_read_rnd_next'];
const STATUS = "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%' OR Variable_name LIKE 'Sort_%'";

/** Starts a MariaDB in a folder that listens on a socket only; undefined when it is not installed. */
export async function startMariadb(folder: string): Promise<Engine | undefined> {
  const server = findProgram('mariadbd');
  const install = findProgram('mariadb-install-db');
  if (!server || !install) return undefined;
  const socketPath = `${folder}/mariadb.sock`;
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', `--datadir=${folder}/data`, ...asRoot];
  await promisify(execFile)(install, [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const child = startServer(
    server,
    [
      ...common,
      ...['--skip-networking', `--socket=${socketPath}`, `--pid-file=${folder}/mariadb.pid`, '--secure-file-priv='],
      ...[
        '--innodb-buffer-pool-size=512M',
        '--innodb-sort-buffer-size=32M',
        '--innodb-flush-log-at-trx-commit=0',
        '--skip-log-bin',
        '--tmpdir=/tmp',
      ],
      ...['--character-set-server=utf8mb4', '--collation-server=utf8mb4_general_ci'],
    ],
    {},
  );
  const connection = await untilReady(() =>
    createConnection({ socketPath, user: 'root', bigIntAsNumber: true, dateStrings: true }),
  );
  await connection.query('CREATE DATABASE bench');
  await connection.query('USE bench');
  const [{ version }] = await connection.query('SELECT VERSION() AS version');
  return {
    dialect: 'mariadb',
    version: `MariaDB ${version}`,
    async execute(sql) {
      await connection.query(sql);
    },
    async load(table, columns, file) {
      const names = columns.map((name) => `\`${name}\``).join(', ');
      await connection.query('SET SESSION unique_checks = 0, foreign_key_checks = 0');
      await connection.query(`LOAD DATA INFILE '${file}' INTO TABLE \`${table}\` CHARACTER SET utf8mb4 (${names})`);
    },
    async run(sql) {
      await connection.query('FLUSH STATUS');
      const began = performance.now();
      const rows: Row[] = await connection.query(sql);
      const ms = performance.now() - began;
      const status: { Variable_name: string; Value: string }[] = await connection.query(STATUS);
      const values = new Map(status.map(({ Variable_name: name, Value: value }) => [name, Number(value)]));
      const examined = READS.reduce((sum, name) => sum + (values.get(name) ?? 0), 0);
      return { rows: [...rows], cost: { ms, examined, sorted: values.get('Sort_rows') ?? 0 } };
    },
    async stop() {
      await connection.end().catch(() => undefined);
      await endServer(child, 'SIGTERM');
    },
  };
}
