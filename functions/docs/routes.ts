export type Part = 'page' | 'document' | 'script' | 'style';
type Shown = { method: 'GET'; path: string; id?: string; part: Part; type: string };

/** What the function shows: each path with what it is in the embedded files. Those with an id are in the document. */
export const pages: readonly Shown[] = [
  { method: 'GET', path: '/', id: 'getExplorer', part: 'page', type: 'text/html; charset=utf-8' },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'getDocument',
    part: 'document',
    type: 'application/json; charset=utf-8',
  },
  { method: 'GET', path: '/explorer.js', part: 'script', type: 'text/javascript; charset=utf-8' },
  { method: 'GET', path: '/explorer.css', part: 'style', type: 'text/css; charset=utf-8' },
];
