/**
 * Names the thread that this module was loaded in: each worker loads a copy of its own, so actors
 * that report the same name share a thread.
 */
export const HOST: string = crypto.randomUUID().slice(0, 8);
