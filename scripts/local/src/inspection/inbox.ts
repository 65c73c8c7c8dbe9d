import type { Call, Reply } from '../http/call.ts';
import type { Mail, Messaging } from '../messaging/messaging.ts';

/** The mails delivered on this machine, newest first, at most `limit`: as JSON, or as a page for a browser. */
export function readInbox(messaging: Messaging, { headers }: Call, limit: number): Reply {
  const messages = messaging.mails(limit);
  if (!headers.accept?.includes('text/html')) return { status: 200, body: { messages } };
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    },
    body: Buffer.from(pageOf(messages)),
  };
}

function pageOf(messages: readonly Mail[]): string {
  const mails = messages.length === 0 ? '<p>No mail yet.</p>' : messages.map(articleOf).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Inbox of the local Appwrite</title>
<style>
body { font: 1rem/1.5 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #999; padding: 1rem 0 }
h2 { margin: 0 } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style>
<h1>Inbox</h1>
${mails}
</html>
`;
}

function articleOf({ to, subject, text, at }: Mail): string {
  const about = `<p>To ${escaped(to)}, <time datetime="${escaped(at)}">${escaped(at)}</time></p>`;
  return `<article><h2>${escaped(subject)}</h2>${about}<pre>${linked(text)}</pre></article>`;
}

/** The text as HTML, with its URLs as links. */
function linked(text: string): string {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/);
  return parts
    .map((part, at) => (at % 2 === 1 ? `<a href="${escaped(part)}">${escaped(part)}</a>` : escaped(part)))
    .join('');
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? sign);
}
