import { searchOf } from '#functions/complaints/search-query.ts';
import type { Gateway } from '#shared/appwrite/gateway.ts';
import { openStore } from '#shared/appwrite/store.ts';
import type { Deps } from '#shared/compose.ts';
import { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import type { Actor } from '#shared/domain/account.ts';
import { parseQuery } from '#shared/http/body.ts';
import { findComplaints } from '#shared/services/complaints/find-complaints.ts';
import type { Cost, Engine, Row } from './engine.ts';
import { NOW } from './sample-rows.ts';
import type { Table } from './schema.ts';
import { statementsOf } from './sql.ts';

type ListCall = { tableId: string; queries: string[]; total?: unknown };

/** The cost of one list of the API: of its list statements together, and of those that count. */
export type ListCost = { calls: number; list: Cost; count: Cost; shown: number; next: string | null };

const NOTHING: Cost = { ms: 0, examined: 0, sorted: 0 };
const addCosts = (a: Cost, b: Cost): Cost => ({
  ms: a.ms + b.ms,
  examined: a.examined + b.examined,
  // The largest sort of a single statement.
  sorted: Math.max(a.sorted, b.sorted),
});

/** The product's lists on a bare database: its queries are translated to the SQL that Appwrite would send. */
export class Product {
  readonly #engine: Engine;
  readonly #tables: Map<string, Table>;
  #cost = { calls: 0, list: NOTHING, count: NOTHING };
  #queue: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, tables: readonly Table[]) {
    this.#engine = engine;
    this.#tables = new Map(tables.map((table) => [table.$id, table]));
  }

  /** Runs one statement at a time, since an engine reports the cost of the last one only. */
  #runExclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work);
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  #asAppwrite(tableId: string, row: Row): Row {
    const booleans = this.#tables.get(tableId)?.columns.filter(({ type }) => type === 'boolean') ?? [];
    const flags = booleans.flatMap(({ key }) => (key in row ? [[key, Boolean(row[key])]] : []));
    const { _uid: $id, _id, _createdAt: $createdAt, _updatedAt: $updatedAt } = row;
    return { ...row, ...Object.fromEntries(flags), $id, $sequence: String(_id), $createdAt, $updatedAt };
  }

  async #listRows({ tableId, queries, total }: ListCall) {
    const statements = statementsOf(this.#engine.dialect, { tableId, queries });
    return this.#runExclusively(async () => {
      const { rows, cost } = await this.#engine.run(statements.list);
      this.#cost.calls += 1;
      this.#cost.list = addCosts(this.#cost.list, cost);
      let counted = 0;
      if (total !== 0) {
        const { rows: sums, cost: counting } = await this.#engine.run(statements.count);
        this.#cost.count = addCosts(this.#cost.count, counting);
        counted = Number(sums[0]?.sum);
      }
      return { rows: rows.map((row) => this.#asAppwrite(tableId, row)), total: counted };
    });
  }

  #deps(): Deps {
    const gateway = { tables: { listRows: (asked: ListCall) => this.#listRows(asked) } } as unknown as Gateway;
    const secrets = { tokenSecret: 'bench', previousTokenSecret: undefined };
    const config = { ...secrets, publicEndpoint: 'http://bench.example/v1', projectId: 'bench' };
    return { config, clock: { now: () => NOW }, gateway, store: openStore(gateway) } as unknown as Deps;
  }

  /** Answers GET /complain?query for this viewer, and reports its cost. */
  async list(query: string, viewer: Actor | undefined): Promise<ListCost> {
    this.#cost = { calls: 0, list: NOTHING, count: NOTHING };
    const parsed = await parseQuery(new URLSearchParams(query), ComplaintQuery);
    const { items, next } = await findComplaints(this.#deps(), viewer, searchOf(parsed, viewer, NOW));
    return { ...this.#cost, shown: items.length, next };
  }
}
