import { useLocation } from 'react-router';

/** Where the person is, as far as the frame is drawn differently. */
export function usePlace() {
  const { pathname } = useLocation();
  return {
    /** On a phone: the list fills the screen. */
    listAlone: pathname === '/',
    /** On a phone: a page with the bar of sections below. */
    rootPage: pathname === '/' || pathname === '/settings',
  };
}
