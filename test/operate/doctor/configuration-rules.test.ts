import {
  CONFIGURATION_RULES,
  type ConfigurationFacts,
} from '../../../src/operate/doctor/configuration-rules.ts';
import {testRows} from './rows.ts';

const HEALTHY: ConfigurationFacts = {
  files: ['~/.config/ratectl/config.yaml'],
  fileProblems: [],
  contexts: ['prod'],
  contextProblems: [],
  settingsProblem: undefined,
  secretFiles: [{path: '/etc/ratectl/prod.password', what: 'password of context "prod"', mode: 0o600}],
  exposedElsewhere: [],
  hidden: [],
};
const problem = {
  where: 'config.yaml:3',
  message: 'expected a mapping',
  hint: 'see: ratectl help configuration',
};
const context = {...problem, context: 'prod', inUse: true};
const [secret] = HEALTHY.secretFiles;

testRows(CONFIGURATION_RULES, HEALTHY, [
  {id: 'configuration/files', when: 'they can be read', says: 'ok'},
  {id: 'configuration/files', when: 'there is none', change: {files: []}, says: 'ok'},
  {
    id: 'configuration/files',
    when: 'two are wrong',
    change: {fileProblems: [problem, problem]},
    says: ['error', 'error'],
  },
  {id: 'configuration/settings', when: 'they can be settled', says: 'ok'},
  {
    id: 'configuration/settings',
    when: 'a context is named that there is not',
    change: {settingsProblem: problem},
    says: ['error'],
  },
  {id: 'configuration/contexts', when: 'they can be used', says: 'ok'},
  {
    id: 'configuration/contexts',
    when: 'the one in use cannot',
    change: {contextProblems: [context]},
    says: ['error'],
  },
  {
    id: 'configuration/contexts',
    when: 'another one cannot',
    change: {contextProblems: [{...context, inUse: false}]},
    says: ['warning'],
    text: 'context "prod" cannot be used: expected a mapping',
  },
  {id: 'configuration/hidden-contexts', when: 'none is hidden', says: 'ok'},
  {
    id: 'configuration/hidden-contexts',
    when: 'one is',
    change: {hidden: ['context "prod" of … hides the one of …']},
    says: ['note'],
  },
  {id: 'configuration/secrets', when: 'its owner alone can read the file', says: 'ok'},
  {
    id: 'configuration/secrets',
    when: 'the group may read it',
    change: {secretFiles: [{...secret!, mode: 0o640}]},
    says: ['warning'],
  },
  {
    id: 'configuration/secrets',
    when: 'everybody may read it',
    change: {secretFiles: [{...secret!, mode: 0o604}]},
    says: ['warning'],
  },
  {
    id: 'configuration/secrets',
    when: 'the system has no such bits',
    change: {secretFiles: [{...secret!, mode: undefined}]},
    says: 'ok',
  },
  {
    id: 'configuration/secrets',
    when: 'a password is on the command line',
    change: {exposedElsewhere: ['--store holds a password']},
    says: ['warning'],
  },
]);
