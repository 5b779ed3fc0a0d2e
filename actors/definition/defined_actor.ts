import {
  HANDLE,
  type Handle,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { checkOptions } from "../../channels/vocabulary/checks.ts";
import type { Payload } from "../../channels/message/marker.ts";
import type { ActorDefinition } from "../vocabulary/definition.ts";
import { DefinitionError } from "../vocabulary/errors.ts";
import type { ActorOptions } from "../vocabulary/options.ts";
import { checkActorOptions, withMore } from "./_check_options.ts";
import {
  checkDefinition,
  crossingOptions,
  optionsFrom,
  payloadOf,
  withoutPlace,
} from "./_crossing.ts";
import { notLoaded } from "./function_here.ts";
import { Habits } from "./habits.ts";
import { type Address, crossing, type DefinedFunction, lookUp } from "./registry.ts";

type Setup<H, A extends unknown[]> = ActorDefinition<H, A>["setup"];

/** What holds for all definitions with one `setup`, whatever their options. */
class Traits {
  readonly habits = new Habits();
  /** Begins a life of such an actor, see `cell/incarnation.ts`; set by `actor()` on each thread that has the module. */
  begin: (cell: never, restarts: number) => unknown = notLoadedHere;
  /** See {@linkcode keepInstances}. */
  keepsInstances = false;
}

function notLoadedHere(): never {
  throw new DefinitionError("Cannot start actor: its module is not loaded here");
}

const traitsBySetup = new WeakMap<object, Traits>();

function traitsOf(setup: object): Traits {
  let traits = traitsBySetup.get(setup);
  if (traits === undefined) traitsBySetup.set(setup, traits = new Traits());
  return traits;
}

/**
 * Actors of this definition store for others what they are asked to: instances of classes that their thread does not
 * know are kept as they came, and arrive where they are sent on.
 */
export function keepInstances({ setup }: { readonly setup: object }): void {
  traitsOf(setup).keepsInstances = true;
}

/** What stands behind an {@linkcode ActorDefinition}. */
export class DefinedActor<H, A extends unknown[]> implements ActorDefinition<H, A>, Handle {
  readonly setup: Setup<H, A>;
  readonly address: Address;
  readonly options: ActorOptions;
  readonly traits: Traits;

  constructor(setup: Setup<H, A>, address: Address, options: ActorOptions, traits?: Traits) {
    this.setup = setup;
    this.address = address;
    this.options = options;
    this.traits = traits ?? traitsOf(setup);
  }

  with(options: ActorOptions): DefinedActor<H, A> {
    checkOptions("configure actor", options);
    const { setup, address, traits } = this;
    const all = withMore("configure actor", this.options, options);
    checkActorOptions(all);
    return new DefinedActor(setup, address, all, traits);
  }

  /** Without what only says where to start. */
  placed(): DefinedActor<H, A> {
    return new DefinedActor(this.setup, this.address, withoutPlace(this.options), this.traits);
  }

  /** How it is sent where it starts. */
  payload(): Payload {
    return payloadOf(this.placed());
  }

  /** With the function that its address has been found to stand for. */
  loaded(setup: DefinedFunction): DefinedActor<H, A> {
    return new DefinedActor(setup as Setup<H, A>, this.address, this.options);
  }

  [HANDLE](): HandleToken {
    return ["actor", crossing(this.address), crossingOptions(this.options)];
  }
}

registerHandle("actor", ([address, options]) => {
  checkDefinition(address, options);
  const known = optionsFrom(options as ActorOptions);
  checkActorOptions(known);
  const setup = lookUp(address as Address) ?? notLoaded(address as Address);
  return new DefinedActor(setup, address as Address, known);
});
