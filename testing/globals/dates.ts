/** `Date` by another clock, which gives milliseconds since 1970. */
export function dateOf(now: () => number): DateConstructor {
  return new Proxy(Date, {
    get: (target, key, receiver) => key === "now" ? now : Reflect.get(target, key, receiver),
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made),
    apply: (target) => new target(now()).toString(),
  });
}
