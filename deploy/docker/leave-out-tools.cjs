/**
 * Takes the tools of development (checks, tests, browsers) out of the package.json and package-lock.json of this folder, so that
 * npm ci does not fetch them: the web UI is built without. Run while an image is made.
 */
const { readFileSync, writeFileSync } = require('node:fs');

for (const name of ['package.json', 'package-lock.json']) {
  const content = JSON.parse(readFileSync(name, 'utf8'));
  const { devDependencies, ...rest } = content.packages?.[''] ?? content;
  writeFileSync(name, JSON.stringify(content.packages ? { ...content, packages: { ...content.packages, '': rest } } : rest));
}
