/** Stands where Appwrite shows its branded page; as large as that one, for whoever counts bytes. */
export function errorPage(status: number, type: string, message = ''): Buffer {
  const padding = `<!--${' '.repeat(8 * 1024)}-->`;
  return Buffer.from(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${status} - Error</title></head>
<body>
<main>
<h1>${status}</h1>
<p>${message || 'The function answered with an error and without a body.'}</p>
<p><code>${type}</code></p>
</main>
${padding}
</body>
</html>
`);
}
