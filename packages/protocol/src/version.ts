/** The wire version this build speaks. Raised when an old peer could misread a frame. */
export const protocolVersion = 1;

/** The oldest wire version this build still accepts from a peer. */
export const oldestProtocolVersion = 1;

/** Whether a peer that announces `version` can be served. */
export function isProtocolVersionSupported(version: unknown): version is number {
  return (
    typeof version === 'number' &&
    Number.isInteger(version) &&
    version >= oldestProtocolVersion &&
    version <= protocolVersion
  );
}
