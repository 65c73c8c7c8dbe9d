/** The operations over an unmodified node-appwrite, with its own undici. */
import { Client, TablesDB } from 'node-appwrite';
import { type Appwrite, handWritten } from './operations.ts';

const databaseId = 'main';

function open(key: string): Appwrite {
  const client = new Client()
    .setEndpoint(process.env.APPWRITE_FUNCTION_API_ENDPOINT ?? '')
    .setProject(process.env.APPWRITE_FUNCTION_PROJECT_ID ?? '')
    .setKey(key);
  const tables = new TablesDB(client);
  return {
    list: async (tableId, queries, total = false) =>
      (await tables.listRows({ databaseId, tableId, queries, total })).rows as never,
    create: (tableId, rowId, data) => tables.createRow({ databaseId, tableId, rowId, data }),
    add(tableId, rowId, { column, by }) {
      const counter = { databaseId, tableId, rowId, column, value: 1 };
      return by === 1 ? tables.incrementRowColumn(counter) : tables.decrementRowColumn(counter);
    },
    begin: async () => (await tables.createTransaction({ ttl: 60 })).$id,
    stage: (transactionId, operations) => tables.createOperations({ transactionId, operations }),
    commit: (transactionId) => tables.updateTransaction({ transactionId, commit: true }),
  };
}

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default handWritten(open);
