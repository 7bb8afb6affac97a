"""The environment variables the portal knows, and what each is for: the only list of their names.

The documentation is checked against it. A variable whose `file` is true may also be given as `<NAME>_FILE`, a private
file that holds the value.
"""

from portal_backend.contract.variables import Variable

VARIABLES = (
    Variable("WORKSHOP_INDEX_INSTANCE", "instance", "Folder of the store and the secrets, made with mode 0700."),
    Variable("WORKSHOP_INDEX_CONFIG", "config", "Folder of the files an owner writes; without one, the example's."),
    Variable("PORTAL_CONFIG_FILE", "<config>/portal.yaml", "The TrainingPortal resource to run."),
    Variable("PORTAL_WORKSHOPS_DIR", "<config>/workshops", "Folder read recursively for Workshop resources."),
    Variable("PORTAL_HOST", "127.0.0.1", "Address the portal listens on."),
    Variable("PORTAL_PORT", "8080", "Port the portal listens on."),
    Variable("PORTAL_URL", "http://<PORTAL_HOST>:<PORTAL_PORT>", "The portal's address as browsers see it."),
    Variable("SITE_HOST", "127.0.0.1", "Address the index listens on; used for the default of SITE_URL."),
    Variable("SITE_PORT", "8000", "Port the index listens on; used for the default of SITE_URL."),
    Variable("SITE_URL", "http://<SITE_HOST>:<SITE_PORT>", "The index's address as browsers see it."),
    Variable(
        "PORTAL_STYLESHEET",
        "<SITE_URL>/brand.css",
        "Address of a style sheet the portal's pages add, so that sessions look like the index. Without SITE_URL it is"
        " only added while the portal listens on loopback.",
    ),
    Variable("PORTAL_PROXIES", "0", "How many trusted proxies in front of the portal set X-Forwarded headers."),
    Variable(
        "PORTAL_DATABASE_URL",
        "sqlite:///<instance>/portal.sqlite3",
        "SQLAlchemy URL of the store: sqlite or postgresql+psycopg.",
        file=True,
    ),
    Variable("PORTAL_SECRET_KEY", "made on first run", "Key that signs the portal's cookies.", file=True),
    Variable(
        "PORTAL_SECRET_KEY_FALLBACKS", "", "Earlier keys whose cookies still count, separated by spaces.", file=True
    ),
    Variable("PORTAL_ROBOT_USERNAME", "robot@educates", "Account the front end logs in with.", file=True),
    Variable("PORTAL_ROBOT_PASSWORD", "made on first run", "Password of that account.", file=True),
    Variable("PORTAL_ROBOT_CLIENT_ID", "made on first run", "OAuth2 client the front end logs in through.", file=True),
    Variable("PORTAL_ROBOT_CLIENT_SECRET", "made on first run", "Secret of that client.", file=True),
    Variable(
        "PORTAL_ROBOT_PASSWORD_FALLBACKS",
        "",
        "Earlier passwords of that account that still count, separated by spaces.",
        file=True,
    ),
    Variable(
        "PORTAL_ROBOT_CLIENT_SECRET_FALLBACKS",
        "",
        "Earlier secrets of that client that still count, separated by spaces.",
        file=True,
    ),
    Variable("PORTAL_ADMIN_USERNAME", "educates", "Account of the portal's administrator.", file=True),
    Variable("PORTAL_ADMIN_PASSWORD", "made on first run", "Password of that account.", file=True),
    Variable(
        "PORTAL_ADMIN_NETWORKS",
        "",
        "Addresses and networks the administrator may come from, separated by spaces; anywhere when not given.",
    ),
    Variable(
        "PORTAL_UNKNOWN_USERS",
        "reissue",
        "What a request with an unknown user id gets: `reissue` a new id, or `adopt` it.",
    ),
    Variable(
        "PORTAL_CREATE_MODE", "direct", "What opening an anonymous create URL does: `direct`, or `confirm` first."
    ),
    Variable("PORTAL_INDEX_ORIGINS", "", "Further origins a browser may be sent back to, separated by spaces."),
    Variable(
        "PORTAL_FRAME_ORIGINS",
        "what site.yaml says under `embedding`, with `workshop-index serve`",
        "Further origins whose pages may show sessions in a frame, separated by spaces.",
    ),
    Variable("PORTAL_HOSTS", "", "Further host names the portal answers to, separated by spaces."),
    Variable("PORTAL_LIMIT_TOKEN", "60 per minute", "Failed requests for a token from one network, or `off`."),
    Variable("PORTAL_LIMIT_ACCESS", "120 per minute", "Wrong access codes from one network, or `off`."),
    Variable("PORTAL_LIMIT_LOGIN", "10 per minute", "Failed logins of the administrator from one network, or `off`."),
    Variable("PORTAL_LIMIT_CREATE", "600 per minute", "Sessions started by anonymous link from one network, or `off`."),
    Variable(
        "PORTAL_LIMITS_URL", "memory://", "Where attempts are counted: in each process, or in Redis for all.", file=True
    ),
    Variable("PORTAL_WEBHOOK_SECRET", "made on first run", "Secret that signs what webhooks are sent.", file=True),
    Variable(
        "PORTAL_WEBHOOK_SECRET_FALLBACKS", "", "Earlier secrets that still sign too, separated by spaces.", file=True
    ),
    Variable(
        "PORTAL_WEBHOOK_ORIGINS", "", "Origins a session may be asked for with as `analytics_url`, separated by spaces."
    ),
    Variable(
        "PORTAL_WEBHOOK_PRIVATE",
        "",
        "Addresses and networks that are not public and may be posted to all the same, separated by spaces.",
    ),
    Variable("PORTAL_KEEP_HOURS", "36", "Hours after which what is over is forgotten."),
    Variable("PORTAL_START_DELAY", "0", "Seconds a session takes to start, to rehearse a slow provider."),
)
CREDENTIALS = (
    "PORTAL_ROBOT_USERNAME",
    "PORTAL_ROBOT_PASSWORD",
    "PORTAL_ROBOT_CLIENT_ID",
    "PORTAL_ROBOT_CLIENT_SECRET",
    "PORTAL_ADMIN_USERNAME",
    "PORTAL_ADMIN_PASSWORD",
)
"""What the robot and the administrator log in with."""
