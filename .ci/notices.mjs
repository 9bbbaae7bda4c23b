// The licences of the packages whose code is in dist/: they ask to be handed on with it.
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
const packageFolder = (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];

const authorOf = ({author}) => (typeof author === 'string' ? author : author?.name);

const entry = (root, folder) => {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = readdirSync(join(root, folder)).filter((name) => LICENCE.test(name)).sort();
  const texts = files.map((name) => readFileSync(join(root, folder, name), 'utf8').replaceAll('\r\n', '\n').trim());
  const author = authorOf(manifest);
  if (texts.length === 0) texts.push(`Licence: ${manifest.license}${author === undefined ? '' : `, by ${author}`}`);
  return {name: manifest.name, version: manifest.version, licence: manifest.license, text: texts.join('\n\n')};
};

/** Packages in the bundle, from the inputs that esbuild lists. */
export const bundledPackages = (root, inputs) =>
  [...new Set([...inputs].map(packageFolder).filter((folder) => folder !== undefined))]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => entry(root, folder))
    // One version may be installed in several places.
    .filter((one, i, all) => all.findIndex(({name, version}) => name === one.name && version === one.version) === i)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));

export const notices = (packages) => {
  const list = packages.map(({name, version, licence}) => `  ${name} ${version} (${licence})`).join('\n');
  const texts = packages.map(({name, version, text}) => `${'='.repeat(80)}\n${name} ${version}\n\n${text}\n`);
  return `ratectl contains code of these packages:\n\n${list}\n\n${texts.join('\n')}`;
};
