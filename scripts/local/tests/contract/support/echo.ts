/** A function that returns what it received, and fails in a way that the path selects. */
export const echo = `
const started = String(Date.now()) + Math.random();
module.exports = async ({ req, res, log, error }) => {
  if (req.path === '/throw') throw new Error('boom');
  if (req.path === '/nothing') return;
  if (req.path === '/meet') {
    global.inside = (global.inside ?? 0) + 1;
    for (let tries = 0; tries < 50 && global.inside < 2; tries += 1) await new Promise((done) => setTimeout(done, 10));
    const met = global.inside > 1;
    await new Promise((done) => setTimeout(done, 30));
    global.inside -= 1;
    return res.text(String(met));
  }
  if (req.path === '/hang') { await new Promise((done) => setTimeout(done, 1500)); global.ranOn = true; return res.text('never'); }
  if (req.path === '/ran-on') return res.text(String(global.ranOn === true));
  if (req.path === '/picture') return res.binary(Buffer.from([0xff, 0xd8, 0xff, 0x00]), 200, { 'content-type': 'image/PNG' });
  if (req.path === '/cookies') return res.text('ok', 200, { 'set-cookie': ['a=1', 'b=2'] });
  if (req.path === '/missing') return res.text('', 404);
  if (req.path === '/refused') return res.json({ no: true }, 403);
  if (req.path === '/die') { setTimeout(() => { throw new Error('late'); }, 10); return res.text('bye'); }
  if (req.path === '/size') return res.text(String(req.bodyBinary.length));
  log('hello', { a: 1 }); error('careful'); console.log('from the console');
  return res.json({
    method: req.method, path: req.path, query: req.query, queryString: req.queryString, host: req.host,
    headers: req.headers, bodyText: req.bodyText, env: process.env, started,
  });
};`;
