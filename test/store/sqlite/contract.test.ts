import {describeStore} from '../contract.ts';
import {sqlitePlace} from './sqlite-place.ts';

describeStore('the SQLite store', sqlitePlace);
