//! Settings as shells, templates and clusters hand them over.

use camlock::config::{Config, ConfigError, DatabaseUrl, LogFormat, Replay};

fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("camlock.toml");
    std::fs::write(&file, "[session]\nidle_minutes = 7\n").unwrap();
    Config::load(Some(&file), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn an_empty_variable_counts_as_none() {
    for blank in ["", " ", "\n", "\t \r\n"] {
        let config = load(&[
            ("CAMLOCK_LISTEN", blank),
            ("CAMLOCK_DATA_DIR", blank),
            ("CAMLOCK_DATABASE__URL", blank),
            ("CAMLOCK_PUBLIC_URL", blank),
            ("CAMLOCK_VAULT__KEY_FILE", blank),
            ("CAMLOCK_LOG__FORMAT", blank),
            ("CAMLOCK_LOG__LEVEL", blank),
            ("CAMLOCK_API__REPLAY", blank),
            ("CAMLOCK_API__REQUESTS_PER_SECOND", blank),
            ("CAMLOCK_SESSION__IDLE_MINUTES", blank),
            ("CAMLOCK_SERVER__TRUSTED_PROXIES", blank),
        ])
        .unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.session.idle_minutes, 7, "what the file says");
        assert!(config.warnings().is_empty());
    }
    assert!(load(&[("CAMLOCK_LISTN", "")]).is_err(), "a wrong name is one, whatever its value");
}

#[test]
fn blanks_and_line_ends_around_a_value_do_not_count() {
    let config = load(&[
        ("CAMLOCK_LISTEN", " 127.0.0.1:9000\n"),
        ("CAMLOCK_DATA_DIR", "/srv/camlock\r\n"),
        ("CAMLOCK_DATABASE__URL", "\tpostgres://me:secret@db/camlock\n"),
        ("CAMLOCK_PUBLIC_URL", "https://keys.example.com \n"),
        ("CAMLOCK_SESSION__IDLE_MINUTES", " 15 "),
        ("CAMLOCK_LOG__LEVEL", " info , camlock=debug\n"),
        ("CAMLOCK_SERVER__TRUSTED_PROXIES", " 10.0.0.1 ,\n 10.0.0.2 "),
    ])
    .unwrap();

    assert_eq!(config.listen.port(), 9000);
    assert_eq!(config.data_dir, std::path::Path::new("/srv/camlock"));
    assert_eq!(config.database.url, DatabaseUrl::Postgres("postgres://me:secret@db/camlock".to_owned()));
    assert_eq!(config.session.idle_minutes, 15);
    assert_eq!(config.log.level, "info,camlock=debug");
    assert_eq!(config.server.trusted_proxies.len(), 2);
}

#[test]
fn words_are_read_in_any_case() {
    let config = load(&[
        ("CAMLOCK_LOG__FORMAT", "JSON"),
        ("CAMLOCK_LOG__LEVEL", "INFO"),
        ("CAMLOCK_API__REPLAY", "All"),
        ("CAMLOCK_PUBLIC_URL", "HTTPS://Keys.Example.com"),
    ])
    .unwrap();
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Json, "info"));
    assert_eq!(config.api.replay, Replay::All);
    assert!(config.is_https());
    assert_eq!(
        load(&[("CAMLOCK_LOG__LEVEL", "Warn,Camlock=Debug")]).unwrap().log.level,
        "warn,Camlock=Debug"
    );
    assert!(load(&[("CAMLOCK_LOG__LEVEL", "INOF")]).is_err());
}

#[test]
fn what_a_cluster_sets_for_a_service_of_that_name_is_no_setting() {
    let links = [
        ("CAMLOCK_PORT", "tcp://10.0.0.1:80"),
        ("CAMLOCK_SERVICE_HOST", "10.0.0.1"),
        ("CAMLOCK_SERVICE_PORT", "80"),
        ("CAMLOCK_SERVICE_PORT_HTTP", "80"),
        ("CAMLOCK_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("CAMLOCK_PORT_80_TCP_PROTO", "tcp"),
        ("CAMLOCK_PORT_80_TCP_PORT", "80"),
        ("CAMLOCK_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("CAMLOCK_POSTGRES_RW_SERVICE_HOST", "10.0.0.2"),
        ("CAMLOCK_POSTGRES_RW_PORT_5432_UDP_ADDR", "10.0.0.2"),
        ("CAMLOCK_GATE_SERVICE_PORT_SCTP_1", "1"),
    ];
    let config = load(&links).unwrap();
    assert_eq!(config.listen.port(), 8080);

    for other in [
        "CAMLOCK_PORTS",
        "CAMLOCK_PORT_80",
        "CAMLOCK_PORT_80_HTTP",
        "CAMLOCK_SERVICE",
        "CAMLOCK__SERVICE_HOST",
        "CAMLOCK_SERVER__PORT",
        "CAMLOCK_LISTEN_PORT_",
        "CAMLOCK_HOST",
    ] {
        let said = load(&[(other, "1")]).unwrap_err().to_string();
        assert!(said.contains(other) && said.contains("Did you mean"), "{said}");
    }
}

#[test]
fn a_postgresql_address_may_name_several_hosts() {
    for (address, shown) in [
        (
            "postgres://me:hunter2@one:5432,two:5433,three/camlock?target_session_attrs=read-write",
            "postgres://me:***@one:5432,two:5433,three/camlock?target_session_attrs=read-write",
        ),
        ("postgres://one,two/camlock", "postgres://one,two/camlock"),
        ("postgres://me:a,b@one/camlock", "postgres://me:***@one/camlock"),
        ("postgres://[::1]:5432,[2001:db8::1]/camlock", "postgres://[::1]:5432,[2001:db8::1]/camlock"),
    ] {
        let config = load(&[("CAMLOCK_DATABASE__URL", address)]).unwrap();
        assert_eq!(config.database.url, DatabaseUrl::Postgres(address.to_owned()));
        assert_eq!(config.database.url.to_string(), shown);
        assert!(!config.show().contains("hunter2"));
    }
    for wrong in ["postgres://one:x,two/camlock", "postgres://one,two:port/camlock", "postgres://one,two"] {
        assert!(load(&[("CAMLOCK_DATABASE__URL", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn parameters_are_added_to_an_address_but_never_twice() {
    use camlock::config::with_parameters;
    let more = [("connect_timeout", "5"), ("keepalives_idle", "10")];
    assert_eq!(
        with_parameters("postgres://one,two/camlock", &more),
        "postgres://one,two/camlock?connect_timeout=5&keepalives_idle=10"
    );
    assert_eq!(
        with_parameters("postgres://one/camlock?connect_timeout=1", &more),
        "postgres://one/camlock?connect_timeout=1&keepalives_idle=10"
    );
}

#[test]
fn a_contact_for_researchers_is_an_address() {
    let contact = |text| {
        load(&[("CAMLOCK_SERVER__SECURITY_CONTACT", text)]).map(|config| config.server.security_contact)
    };
    assert_eq!(contact("security@example.com").unwrap(), "mailto:security@example.com");
    assert_eq!(contact("https://example.com/security").unwrap(), "https://example.com/security");
    for wrong in ["me", "javascript:alert(1)", "http://example.com", "mailto:a b", "mailto:a\nContact: b"] {
        assert!(contact(wrong).is_err(), "{wrong}");
    }
}
