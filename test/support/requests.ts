export {batchOf, type PlainRequest as Request} from '../../src/trace/batch-of.ts';
