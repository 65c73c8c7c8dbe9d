import type { TableWanted } from './make-tables.ts';

/** The table in which listeners record their deliveries. */
export const heardTable: TableWanted = {
  id: 'heard',
  columns: [
    { kind: 'string', key: 'trigger' },
    { kind: 'string', key: 'event', size: 255 },
    { kind: 'string', key: 'method' },
    { kind: 'string', key: 'body', size: 20_000 },
    { kind: 'string', key: 'headers', size: 20_000 },
  ],
};

/** Records its delivery in a table that it does not listen to, and fails. */
export const listener = `
module.exports = async ({ req, res, error }) => {
  const { authorization, ...headers } = req.headers;
  const answer = await fetch(
    process.env.APPWRITE_FUNCTION_API_ENDPOINT + '/tablesdb/' + process.env.DATABASE_ID + '/tables/heard/rows',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-appwrite-project': process.env.APPWRITE_FUNCTION_PROJECT_ID,
        'x-appwrite-key': headers['x-appwrite-key'] },
      body: JSON.stringify({ rowId: 'unique()', data: {
        trigger: headers['x-appwrite-trigger'], event: headers['x-appwrite-event'] ?? null,
        method: req.method + ' ' + req.path, body: req.bodyText, headers: JSON.stringify(headers) } }),
    });
  if (!answer.ok) error(await answer.text());
  return res.text('failed', 500);
};`;
