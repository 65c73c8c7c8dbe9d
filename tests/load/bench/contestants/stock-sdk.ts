/** The operations over node-appwrite as it comes, with its own undici. */
import { Client, Storage, TablesDB, Tokens } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { type Appwrite, handWritten } from './operations.ts';

const databaseId = 'main';
const bucketId = 'media';

function open(key: string): Appwrite {
  const client = new Client()
    .setEndpoint(process.env.APPWRITE_FUNCTION_API_ENDPOINT ?? '')
    .setProject(process.env.APPWRITE_FUNCTION_PROJECT_ID ?? '')
    .setKey(key);
  const [tables, storage, tokens] = [new TablesDB(client), new Storage(client), new Tokens(client)];
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
    upload: (fileId, bytes) =>
      storage.createFile({ bucketId, fileId, file: InputFile.fromBuffer(Buffer.from(bytes), `${fileId}.jpg`) }),
    fileToken: (fileId) => tokens.createFileToken({ bucketId, fileId }),
  };
}

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default handWritten(open);
