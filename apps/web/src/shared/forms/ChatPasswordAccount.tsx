import { ta } from '../i18n/app.ts';

/** Lets password managers keep the chat password as an entry of its own, apart from the login. */
export function ChatPasswordAccount() {
  return (
    <input
      type="text"
      name="account"
      readOnly
      hidden
      // oxlint-disable-next-line jsx-a11y/autocomplete-valid -- HTML allows `section-*` before a field
      autoComplete="section-chat username"
      value={ta('unlock.account')}
    />
  );
}
