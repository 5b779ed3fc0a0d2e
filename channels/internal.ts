/**
 * What the other folders of this package use of the channels; not part of the public interface.
 *
 * @module
 */
// A message can hold these, also one to a module that has never heard of them.
import "./pipe_end.ts";
import "./queue.ts";

export { type AbortListener, offAbort, onAbort } from "./_aborts.ts";
export { capture, captureDraft, draftOf, settle } from "./_capture.ts";
export { type Draft, givenAway, type Packet, sentAgain } from "./_packet.ts";
export { givenTwice, goesOnce } from "./_settle_buffers.ts";
export { registerErrors, stackOf } from "./_error_codec.ts";
export {
  HANDLE,
  type Handle,
  type HandleOutlet,
  type HandleToken,
  HERE,
  isHandle,
  registerHandle,
  reviveHandle,
  staysItself,
} from "./_handle.ts";
export { ABANDON, abandonItem, abandonValues, itemFrom } from "./_item.ts";
export { checkCame, isCount, portIn } from "./_malformed.ts";
export { handedOver } from "./_line.ts";
export { allSent, untilSent } from "./_unsent.ts";
export { type EnvelopeHandler, flushLinks, Link, type LinkPort } from "./_link.ts";
export { closePort } from "./_port.ts";
export type { Payload } from "./_marker.ts";
export { type RevivalContext, revive } from "./_revival.ts";
export { type Clock, systemClock, type Timer } from "./_clock.ts";
export { Deadlines, OwnWait, Wait } from "./_deadlines.ts";
export { frameless } from "./_frameless.ts";
export { Fifo, type Place } from "./_fifo.ts";
export { beforeExit } from "./_exit.ts";
export { jsonOf, readJson, realNow, soon, yieldTo } from "./_kept.ts";
export { packValues } from "./_pack.ts";
export { loadFor, unpackValues } from "./_unpack.ts";
export { drain, lifeOf, ownLife, threadNumber, watchLife } from "./_life.ts";
export {
  checkCount,
  checkFunction,
  checkGivenMs,
  checkMs,
  checkOptions,
  checkSignal,
  checkText,
  checkWord,
  shown,
} from "./_validate.ts";
export { ChannelWait, checkWait, limitWait } from "./_waits.ts";
export { SELECT, type Selectable, type Selection } from "./_selectable.ts";
