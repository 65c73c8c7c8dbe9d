// Runs before the installation on any version of Node, so it uses only old syntax.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`This project needs Node 20.19 or newer to install; this is Node ${process.versions.node}.`);
  process.exit(1);
}
