/** What is mutated, and the tests that have to notice it: the quick ones first. */
export interface Area {
  /** Folder, or file, of the sources. */
  readonly folder: string;
  /** Names of test files, without `_test.ts`. */
  readonly tests: readonly string[];
}

const actors = (...names: string[]) => names.map((name) => `tests/actors/${name}`);
const channels = (...names: string[]) => names.map((name) => `tests/channels/${name}`);
const shared = (...names: string[]) => names.map((name) => `tests/shared/${name}`);
const simulation = (...names: string[]) => names.map((name) => `tests/simulation/${name}`);
const testKit = (...names: string[]) => names.map((name) => `tests/testing_kit/${name}`);

const messages = [
  ...channels("bytes", "pack", "capture", "capture_depth", "rows", "errors", "refusal", "handle"),
  ...channels("transfer", "register_class", "message_length", "odd_values", "byte_link"),
  ...channels("portable", "stored"),
  ...actors("definitions", "refused_transfers", "pool_workers", "large_messages", "routes"),
  ...shared("shared_value"),
];

export const areas: readonly Area[] = [
  {
    folder: "actors/cell",
    tests: [
      ...actors("tell", "mailbox", "ask", "context", "start_args", "restart", "drain", "stop"),
      ...actors("stream", "stream_left", "async_context", "task_results", "self_end", "start"),
      ...actors("cut_off", "refused_waits", "unresponsive", "host_loss", "shutdown"),
      ...actors("shutdown_time", "supervisor", "fake_time", "large_messages", "routes"),
    ],
  },
  {
    folder: "actors/messaging",
    tests: actors(
      ...["tell", "ask", "stream", "remote_reply", "names", "bad_input", "refused_transfers"],
      ...["forged_messages", "late_news", "past_life", "stream_left", "one_signal", "host_loss"],
      ...["order_and_loss", "routes", "large_messages"],
    ),
  },
  {
    folder: "actors/supervision",
    tests: actors("supervision", "task_results", "supervisor", "host_loss", "shutdown"),
  },
  {
    folder: "channels/queue",
    tests: [
      "tests/simulation/channels",
      ...channels("queue_delivery", "select", "queue", "queue_threads", "queue_crash", "unsent"),
    ],
  },
  {
    folder: "channels/pipe",
    tests: channels("pipe", "pipe_bytes", "pipe_moves", "pipe_threads", "reentrance", "unsent"),
  },
  { folder: "channels/message", tests: messages },
  { folder: "channels/packing", tests: messages },
  {
    folder: "durable/sqlite",
    tests: ["connection", "sqlite", "sqlite_group", "sqlite_file", "sqlite_owner"]
      .map((name) => `tests/durable/${name}`),
  },
  {
    folder: "shared/words",
    tests: shared(
      ...["thread_table", "mutex_model", "mutex", "recursive_mutex", "semaphore", "rw_lock"],
      ...["condition", "shared_event", "barrier", "waits", "shared_value", "shared_memory"],
      ...["shared_queue", "mutex_owner_end", "holders_end", "sync"],
    ),
  },
  {
    folder: "shared/queue",
    tests: shared("shared_queue_model", "shared_queue", "shared_queue_threads", "holders_end"),
  },
  { folder: "testing/turn", tests: testKit("turn") },
  {
    folder: "testing/globals",
    tests: [...simulation("globals"), ...testKit("fake_time", "simulate")],
  },
  {
    folder: "testing/simulation",
    tests: [
      ...simulation("choices", "shrink", "history", "agenda", "atomics", "locks", "cuts"),
      ...simulation("faults", "globals", "platform", "hosts", "channels", "rules"),
      ...testKit("simulate"),
    ],
  },
  ...[
    ...["_action", "_expectation", "_fake_timers", "expect_dead_letters", "expect_exit"],
    ...["expect_no_errors", "expect_restart", "fake_time", "probe"],
  ].map((name) => ({
    folder: `testing/${name}.ts`,
    tests: testKit("probe", "expectations", "fake_time"),
  })),
];
