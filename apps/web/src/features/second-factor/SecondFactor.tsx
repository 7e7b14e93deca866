/** After the login password: the code of the authenticator app, or the recovery key. */
export function SecondFactor({ email }: { email: string }) {
  return <p>{email}</p>;
}
