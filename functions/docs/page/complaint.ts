import { detailOf, elementOf, explorerLink, showCard } from './elements.ts';

type Picture = { url: string; previewUrl: string };
type Entry = {
  at: string;
  by: string | null;
  role: string;
  kind: string;
  status: string;
  progress: number;
  note: string | null;
  internal: boolean;
  internalNote: string | null;
  images: Picture[] | null;
  changed: string[];
};
/** The fields of GET /complain?id= that the page shows. */
type Complaint = {
  id: string;
  reference: string;
  title: string;
  description: string;
  status: string;
  progress: number;
  category: string | null;
  location: string | null;
  latitude: number | null;
  longitude: number | null;
  outcome: string | null;
  duplicateOf: string | null;
  hidden: boolean;
  createdAt: string;
  updatedAt: string;
  images: Picture[];
  timeline: Entry[];
  timelineNext: number | null;
};

/** Calls GET /complain with this query as the person who is logged in on the page. */
export type Read = (query: Readonly<Record<string, string>>) => Promise<Response>;

const LINK = /^#complaint=([a-z0-9]{20})$/;
const MOST_PAGES = 20;
const MISSING = 'There is no such complaint, or it is not public. If it is yours, log in above to see it.';
const UNREACHABLE = 'The API cannot be reached from here. Reload the page to try again.';

const words = (name: string) =>
  name
    .replace(/([A-Z])/g, ' $1')
    .replaceAll('_', ' ')
    .toLowerCase();

function timeOf(at: string): HTMLTimeElement {
  const date = new Date(at);
  const time = elementOf('time', date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }));
  time.dateTime = at;
  return time;
}

function placeOf({ location, latitude, longitude }: Complaint): string {
  const point = latitude === null || longitude === null ? '' : `${latitude}, ${longitude}`;
  if (location === null) return point;
  return point === '' ? location : `${location} (${point})`;
}

const isWebAddress = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

function picturesOf(pictures: readonly Picture[]): HTMLElement {
  const strip = elementOf('p');
  strip.className = 'pictures';
  const shown = pictures.filter(({ url, previewUrl }) => isWebAddress(url) && isWebAddress(previewUrl));
  for (const [at, { url, previewUrl }] of shown.entries()) {
    const image = elementOf('img');
    Object.assign(image, { src: previewUrl, alt: `Picture ${at + 1} of ${shown.length}`, loading: 'lazy' });
    const link = elementOf('a');
    Object.assign(link, { href: url, target: '_blank', rel: 'noreferrer' });
    link.append(image);
    strip.append(link);
  }
  return strip;
}

/** The heading of a timeline entry. */
function headOf({ kind, status, progress, changed }: Entry): string {
  switch (kind) {
    case 'created':
      return 'Filed';
    case 'status':
      return `Status: ${words(status)}, ${progress} %`;
    case 'progress':
      return `Progress: ${progress} %`;
    case 'edit':
      return changed.length === 0 ? 'Edited' : `Edited: ${changed.map(words).join(', ')}`;
    case 'images':
      return 'Pictures added';
    case 'rating':
      return 'Rated by the reporter';
    default:
      return words(kind).replace(/^./, (letter) => letter.toUpperCase());
  }
}

const ROLES: Readonly<Record<string, string>> = {
  system: 'by itself',
  user: 'by a user',
  staff: 'by staff',
  admin: 'by an admin',
};

function entryOf(entry: Entry): HTMLLIElement {
  const item = elementOf('li');
  const head = elementOf('strong', headOf(entry));
  const who = entry.by === null ? (ROLES[entry.role] ?? entry.role) : `by ${entry.by}`;
  const line = elementOf('p');
  line.append(head, ' ', timeOf(entry.at), ` ${who}${entry.internal ? ', internal' : ''}`);
  item.append(line);
  for (const note of [entry.note, entry.internalNote]) if (note !== null) item.append(elementOf('blockquote', note));
  if (entry.images) item.append(picturesOf(entry.images));
  return item;
}

function factsOf(complaint: Complaint): HTMLDListElement {
  const { status, progress, category, outcome, hidden, createdAt, updatedAt } = complaint;
  const list = elementOf('dl');
  const add = (name: string, value: string | Node | null) => {
    if (value === null || value === '') return;
    const definition = elementOf('dd');
    definition.append(value);
    list.append(elementOf('dt', name), definition);
  };
  add('Status', words(status) + (hidden ? ', hidden from the public' : ''));
  const meter = elementOf('progress');
  Object.assign(meter, { max: 100, value: progress });
  meter.setAttribute('aria-label', 'Progress');
  const done = elementOf('span');
  done.append(meter, ` ${progress} %`);
  add('Progress', done);
  add('Outcome', outcome === null ? null : words(outcome));
  add('Category', category);
  add('Place', placeOf(complaint));
  add('Filed', timeOf(createdAt));
  add('Last change', timeOf(updatedAt));
  return list;
}

function articleOf(complaint: Complaint): HTMLElement {
  const article = elementOf('article');
  const reference = elementOf('p', complaint.reference);
  reference.className = 'reference';
  const text = elementOf('p', complaint.description);
  text.className = 'text';
  article.append(reference, elementOf('h1', complaint.title), factsOf(complaint));
  if (complaint.duplicateOf !== null) {
    const other = elementOf('a', 'See the complaint that this one duplicates');
    other.href = `#complaint=${encodeURIComponent(complaint.duplicateOf)}`;
    article.append(other);
  }
  article.append(text);
  if (complaint.images.length > 0) article.append(picturesOf(complaint.images));
  const timeline = elementOf('ol');
  timeline.append(...complaint.timeline.map(entryOf));
  article.append(elementOf('h2', 'What happened'), timeline);
  if (complaint.timelineNext !== null) article.append(elementOf('p', 'There are later entries, not shown here.'));
  return article;
}

/** Loads a complaint with its timeline, page by page; returns a sentence if that fails. */
async function load(read: Read, id: string): Promise<Complaint | string> {
  const response = await read({ id });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 404) return MISSING;
  if (!response.ok) return detailOf(body);
  const complaint = body as Complaint;
  for (let pages = 1; complaint.timelineNext !== null && pages < MOST_PAGES; pages += 1) {
    const more = await read({ id, timelineAfter: String(complaint.timelineNext) });
    if (!more.ok) break;
    const { timeline, timelineNext } = (await more.json()) as Complaint;
    complaint.timeline.push(...timeline);
    complaint.timelineNext = timelineNext;
  }
  return complaint;
}

/** The complaint id in the page's address, if there is one. */
const complaintInAddress = () => LINK.exec(location.hash)?.[1];

/** Shows the complaint in the page's address, if there is one, as the person who is logged in may see it. */
export async function showComplaint(read: Read): Promise<void> {
  const id = complaintInAddress();
  if (id === undefined) return;
  const card = elementOf('div', 'Loading …');
  card.id = 'complaint';
  showCard(card);
  const loaded = await load(read, id).catch(() => UNREACHABLE);
  // The card is gone if another complaint was opened or the person has logged in meanwhile.
  if (!card.isConnected) return;
  const shown = typeof loaded === 'string' ? elementOf('p', loaded) : articleOf(loaded);
  card.replaceChildren(shown, explorerLink());
}
