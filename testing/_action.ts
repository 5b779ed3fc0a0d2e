/** What a test does to make something happen. */
export type Action = () => unknown;

/** It happens by itself. */
export const nothingToDo: Action = () => {};

/**
 * Begins an action. What it fails with is not the failure of the test, which looks at what follows: it is kept for the
 * error, should that not come.
 */
export function act(action: Action): { error?: unknown; readonly done: Promise<void> } {
  const run = async () => {
    try {
      await action();
    } catch (error) {
      acted.error = error;
    }
  };
  const acted: { error?: unknown; done: Promise<void> } = { done: Promise.resolve() };
  acted.done = run();
  return acted;
}
