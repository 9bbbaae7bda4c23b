// What the single binary runs (.ci/binary.mjs puts it above dist/).
'use strict';
process.env.NODE_ENV ??= 'production';

// In programs made by pkg, starting "node" starts the program itself. A passwordCommand that says node means Node. The
// functions as they were are still the named exports of the module.
const asTheyWere = async () => {
  const {default: _, ...functions} = await import('node:child_process');
  Object.assign(require('node:child_process'), functions);
};

asTheyWere().then(() => require('./dist/start.cjs').start());
