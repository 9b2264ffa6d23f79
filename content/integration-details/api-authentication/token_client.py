"""Tokens for providers by OAuth 2.0 client credentials (RFC 6749, section 4.4). Python 3.11, standard library only."""

import base64
import http.client
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

LONGEST_S = 3600  # `provider-oauth-token` in credentials.csv; a test compares them.
UNSTATED_S = 300  # What we assume when the provider doesn't say how long a token lives.
REFRESH_AT = 0.8  # From this share of its life on, a token is replaced while it still works.
MARGIN_S = 30  # It isn't used in its last seconds: a request takes time, and clocks differ.
PAUSE_S = 15  # After a failure the token endpoint is left alone this long.
MOST_BYTES = 65536


class Refused(Exception):
    """The provider says no, and asking again won't help: a person must look."""


class Unavailable(Exception):
    """No token for now. The caller follows `on_limit` and `outage_plan` of the provider's row."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the secret to an address that nobody entered."""

    def redirect_request(self, *_):
        return None


# ANCHOR: fetch
def fetch(url, client_id, secret, scope, timeout):
    """One request to the token endpoint: the token, its life in seconds. Raises `Refused` or `Unavailable`."""
    quoted = [urllib.parse.quote_plus(part) for part in (client_id, secret)]  # RFC 6749, section 2.3.1
    request = urllib.request.Request(
        url,
        data=urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scope}).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(":".join(quoted).encode()).decode(),
                 "Accept": "application/json"})
    opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as response:
            answer = json.loads(response.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            if error.code >= 500 or error.code == 429:
                raise Unavailable(f"token endpoint answered {error.code}") from None
            raise Refused(f"token endpoint answered {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unavailable(f"token endpoint: {type(error).__name__}") from None
    return judged(answer, scope)


def judged(answer, scope):
    """Refuses what we didn't ask for. No message holds a part of the answer: it may be a token."""
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
        raise Refused("the answer has no access_token")
    if str(answer.get("token_type", "")).lower() != "bearer":
        raise Refused("the token isn't a bearer token")
    if set(str(answer.get("scope", scope)).split()) != set(scope.split()):
        raise Refused("the scope granted isn't the scope asked for")
    life = answer.get("expires_in", UNSTATED_S)
    if isinstance(life, bool) or not isinstance(life, (int, float)) or not life > MARGIN_S:
        raise Refused("expires_in is no useful number")
    return answer["access_token"], min(life, LONGEST_S)
# ANCHOR_END: fetch


# ANCHOR: cache
class Tokens:
    """The token of one provider in one process: in memory only, and fetched by one thread at a time."""

    def __init__(self, url, client_id, read_secret, scope, timeout=10, clock=time.monotonic, simulation=False):
        if not url.startswith("https://") and not (simulation and url.startswith("http://127.0.0.1:")):
            raise ValueError("a token endpoint needs https")
        self.url, self.client_id, self.read_secret, self.scope = url, client_id, read_secret, scope
        self.timeout, self.clock, self.lock = timeout, clock, threading.Lock()
        self.token, self.refresh_at, self.ends_at = None, 0.0, 0.0
        self.pause_until, self.trouble = 0.0, None

    def get(self):
        """A token that works for at least MARGIN_S. A late provider isn't felt while the old token lives."""
        with self.lock:
            now = self.clock()
            if self.token and now < self.refresh_at:
                return self.token
            if now >= self.pause_until:
                try:
                    return self._replace(now)
                except (Refused, Unavailable) as trouble:
                    self.pause_until, self.trouble = now + PAUSE_S, trouble
            if self.token and now < self.ends_at - MARGIN_S:
                return self.token
            raise self.trouble

    def drop(self, token):
        """The provider answered 401 to this token. If another thread has a newer one already, nothing happens."""
        with self.lock:
            if token == self.token:
                self.token = None

    def _replace(self, now):
        secret = self.read_secret()  # Each time: a rotated secret is taken up without a restart.
        token, life = fetch(self.url, self.client_id, secret, self.scope, self.timeout)
        self.token, self.trouble = token, None
        self.refresh_at, self.ends_at = now + life * REFRESH_AT, now + life
        self.pause_until = 0.0
        return token
# ANCHOR_END: cache


# ANCHOR: call
def authorised(tokens, send):
    """`send(token)` gives (status, body). After a 401 it is tried once more with a new token, never twice."""
    token = tokens.get()
    status, body = send(token)
    if status == 401:
        tokens.drop(token)
        status, body = send(tokens.get())
        if status == 401:
            raise Refused("the provider refuses a new token")
    return status, body
# ANCHOR_END: call
