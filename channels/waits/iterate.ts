/** An iterator that takes one item at a time, when it is asked for; leaving the loop takes nothing. */
export function iterate<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> {
  let isLeft = false;
  const left = () => Promise.resolve({ done: true, value: undefined } as const);
  return {
    next: () => isLeft ? left() : next(),
    return() {
      isLeft = true;
      return left();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
