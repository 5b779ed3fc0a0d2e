import { facadeFor } from "./facade.ts";
import { ask, tell } from "./outbox.ts";
import { stream } from "./stream_opening.ts";

/** What `ref.tell` is of a reference. */
export const tellFacade = facadeFor("tell", tell);
/** What `ref.ask` is of a reference. */
export const askFacade = facadeFor("ask", ask);
/** What `ref.stream` is of a reference. */
export const streamFacade = facadeFor("stream", stream);
