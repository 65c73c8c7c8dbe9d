const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23155e75'/%3E%3Cpath d='M4 5h8M4 8h8M4 11h5' stroke='%23fff' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E";

/** The explorer page. The URLs of its files contain a hash, so that browsers may cache them forever. */
export function pageHtml({ script, library, style }: Record<'script' | 'library' | 'style', string>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Complaints API</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="./explorer.css?v=${style}">
</head>
<body>
<header class="bar">
<p class="bar-title">Complaints API <a href="./openapi.json">openapi.json</a></p>
<form class="session" id="login">
<label>Username <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button>
</form>
<p class="session" id="session" hidden><span>Logged in as <strong id="who"></strong></span> <button type="button" id="logout">Log out</button></p>
<p class="session-note" id="note" role="status"></p>
</header>
<main id="explorer"><p class="loading">Loading …</p></main>
<noscript><p class="loading">This page needs JavaScript. The document itself is <a href="./openapi.json">openapi.json</a>.</p></noscript>
<script src="./explorer.js?v=${script}" data-library="./swagger-ui.js?v=${library}"></script>
</body>
</html>
`;
}
