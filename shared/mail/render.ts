/** A part of a mail: a paragraph, a list, a quotation, or a link. */
export type Block = string | { list: readonly string[] } | { quote: string } | { link: string };

export type Letter = { language: string; subject: string; blocks: readonly Block[]; footer: readonly Block[] };

/** The longest subject; Appwrite accepts 998 characters. */
const SUBJECT = 200;

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}

function textOf(block: Block): string {
  if (typeof block === 'string') return block;
  if ('list' in block) return block.list.map((item) => `- ${item}`).join('\n');
  if ('quote' in block) return block.quote.replace(/^/gm, '> ');
  return block.link;
}

function htmlOf(block: Block): string {
  if (typeof block === 'string') return `<p>${escapeHtml(block)}</p>`;
  if ('list' in block) return `<ul>\n${block.list.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
  if ('quote' in block) return `<blockquote>${escapeHtml(block.quote).replace(/\r?\n/g, '<br>\n')}</blockquote>`;
  const link = escapeHtml(block.link);
  // The address is shown as text too, for mail programs without links.
  return `<p><a href="${link}">${link}</a></p>`;
}

/** Text and HTML of a letter. Every variable is escaped here, so that templates hold plain text only. */
export function renderLetter({ language, subject, blocks, footer }: Letter) {
  const small = footer.map(htmlOf).join('\n');
  return {
    // A subject is one line.
    subject: subject.replace(/\s+/g, ' ').trim().slice(0, SUBJECT),
    text: `${[...blocks, '-- ', ...footer].map(textOf).join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${escapeHtml(language)}">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body>
${blocks.map(htmlOf).join('\n')}
<hr>
<small>
${small}
</small>
</body>
</html>
`,
  };
}
