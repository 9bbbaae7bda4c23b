import {PAGE_KIT} from './client-kit.ts';
import {PAGE_POLL} from './client-poll.ts';
import {PAGE_SECTIONS} from './client-sections.ts';

/** The script of the page. It makes text, never markup, of what it is told: keys come from strangers. */
export const CLIENT = `'use strict';(()=>{${PAGE_KIT}${PAGE_SECTIONS}${PAGE_POLL}})();`;
