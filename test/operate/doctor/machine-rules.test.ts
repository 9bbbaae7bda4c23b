import {MACHINE_RULES} from '../../../src/operate/doctor/machine-rules.ts';
import {testRows} from './rows.ts';

testRows(MACHINE_RULES, {ratectl: '0.1.0', node: '24.1.0', platform: 'linux x64'}, [
  {id: 'machine/ratectl-version', when: 'a released version', says: 'ok'},
  {
    id: 'machine/ratectl-version',
    when: 'a release candidate',
    change: {ratectl: '1.0.0-rc.1'},
    says: ['note'],
  },
  {id: 'machine/node-version', when: 'long-term support', says: 'ok'},
  {id: 'machine/node-version', when: 'the oldest that works', change: {node: '22.18.0'}, says: 'ok'},
  {id: 'machine/node-version', when: 'one before it', change: {node: '22.17.1'}, says: ['error']},
  {id: 'machine/node-version', when: 'much older', change: {node: '9.11.0'}, says: ['error']},
  {id: 'machine/node-version', when: 'an odd major', change: {node: '25.0.0'}, says: ['note']},
  {id: 'machine/node-version', when: 'a nightly', change: {node: '26.0.0-nightly2026'}, says: ['note']},
]);
