/**
 * The library: the engine that `ratectl simulate` runs, for programs.
 *
 * `parsePolicy` or `loadPolicy` make a policy, an `Evaluator` keeps its state in memory, `batchOf` puts requests into the
 * columns it reads, and `evaluate` decides one of them. Instants and spans are whole microseconds, time is an argument.
 */
export {RatectlError} from './base/ratectl-error.ts';
export {AttributeColumns} from './engine/attribute-columns.ts';
export {createAlgorithm} from './engine/create-algorithm.ts';
export {Decision, type DecisionFacts} from './engine/decision.ts';
export {Evaluator} from './engine/evaluator.ts';
export {KeyResolvers} from './engine/key-resolvers.ts';
export {Outcome} from './engine/limit.ts';
export type {AlgorithmSpec, LimitSpec, Policy} from './engine/policy-model.ts';
export type {RequestBatch} from './engine/request-batch.ts';
export {Ask, Kind, Verdict} from './engine/verdict.ts';
export {type LoadedPolicy, loadPolicy, parsePolicy} from './policy/load-policy.ts';
export {batchOf, type PlainRequest} from './trace/batch-of.ts';
export {emptyBatch, RowSink} from './trace/row-sink.ts';
