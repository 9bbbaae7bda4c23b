// Loaded into pkg before it starts. Node writes the path of the program's first file into the binary, and pkg names it in a
// temporary folder: another one in each build, and one of the machine that built. By its name alone it is found too, as pkg
// starts Node in that folder.
'use strict';
const promises = require('node:fs/promises');
const {basename} = require('node:path');

const {writeFile} = promises;

const byName = (text) => {
  const config = JSON.parse(text);
  return JSON.stringify({...config, main: basename(config.main)});
};

promises.writeFile = (file, data, ...rest) =>
  writeFile(file, basename(String(file)) === 'sea-config.json' ? byName(data) : data, ...rest);
