/** Where a role connects: always 127.0.0.1, over TCP, with a password. */
export interface ConnectionParts {
  readonly role: string;
  readonly password: string;
  readonly port: number;
  readonly database: string;
}

/** Builds a `postgresql://` URL; role, password and database are escaped. */
export function connectionUrl({ role, password, port, database }: ConnectionParts): string {
  const user = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  return `postgresql://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
