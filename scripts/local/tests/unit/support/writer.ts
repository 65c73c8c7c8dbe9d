/** A function that writes one row per name in its path, one after the other, and returns how each call ended. */
export const writer = `
let count = 0;
module.exports = async ({ req, res }) => {
  const told = [];
  for (const name of req.path.split('/').filter(Boolean)) {
    try {
      const answer = await fetch(process.env.APPWRITE_FUNCTION_API_ENDPOINT + '/tablesdb/main/tables/notes/rows', {
        method: 'POST', signal: AbortSignal.timeout(1000),
        headers: { 'content-type': 'application/json', 'x-appwrite-project': process.env.APPWRITE_FUNCTION_PROJECT_ID,
          'x-appwrite-key': req.headers['x-appwrite-key'] },
        body: JSON.stringify({ rowId: name, data: { title: name } }),
      });
      told.push(answer.status);
    } catch (error) { told.push(error.name === 'TimeoutError' ? 'timeout' : 'cut'); }
  }
  count += 1;
  return res.json({ told, count });
};`;
