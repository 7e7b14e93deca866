/** An HTTP request on its way to the relay. Bodies that are JSON are parsed; others are left alone. */
export interface HttpRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** What a client gets for a request. */
export interface HttpAnswer {
  status: number;
  body: unknown;
}

/** Returned instead of a value: the client never hears of it. */
export const lost = Symbol('lost');
export type Lost = typeof lost;

/**
 * What the lying relay does, piece by piece; a missing piece tells the truth. All of them may be
 * changed while clients are connected. Bytes in events are `Uint8Array`s, in JSON base64url.
 */
export interface Script {
  /** Body to pass on, an answer to give at once, or `lost` to break the connection. */
  onRequest?:
    ((request: HttpRequest) => { body: unknown } | { answer: HttpAnswer } | Lost) | undefined;
  /** What the client gets instead, or `lost` after the relay has done its work. */
  onAnswer?: ((request: HttpRequest, answer: HttpAnswer) => HttpAnswer | Lost) | undefined;
  /** An event of the client: the bodies the relay gets; only the first can be acknowledged. */
  onSend?: ((name: string, body: unknown) => unknown[]) | undefined;
  /** The acknowledgement the client gets, or `lost`. */
  onAcknowledgement?: ((name: string, body: unknown, answer: unknown) => unknown) | undefined;
  /** An event of the relay: the bodies the client gets. Challenges cannot be multiplied. */
  onEvent?: ((name: string, body: unknown) => unknown[]) | undefined;
}
