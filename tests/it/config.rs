//! The configuration: which source wins, and how each mistake is told.

use std::fs;
use std::path::{Path, PathBuf};

use camlock::config::{
    Config, ConfigError, DatabaseUrl, KeySource, LogFormat, OwnAddress, PublicUrl, Replay,
};
use tempfile::TempDir;

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    load_in(&folder, file, variables)
}

fn load_in(folder: &TempDir, file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let path = folder.path().join("camlock.toml");
    fs::write(&path, file).unwrap();
    Config::load(Some(&path), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

/// The refusal, without the folder of this run.
fn refusal(file: &str, variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error =
        load_in(&folder, file, variables).err().unwrap_or_else(|| panic!("{file} {variables:?} is refused"));
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn everything_has_a_default() {
    let config = load("", &[]).unwrap();

    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data_dir, Path::new("./camlock-data"));
    assert_eq!(config.public_url.to_string(), "http://127.0.0.1:8080");
    assert_eq!(config.database.url.to_string(), "sqlite://./camlock-data/camlock.db");
    assert_eq!(config.vault.key_file, Path::new("./camlock-data/master.key"));
    assert_eq!(config.vault.key_source, KeySource::DataDirectory);
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Text, "info"));
    assert_eq!(config.api.replay, Replay::Writes);
    assert_eq!(config.gate.listen, None);
    assert_eq!((config.session.idle_minutes, config.session.absolute_minutes), (30, 480));
    assert_eq!((config.server.workers, config.server.body_timeout_seconds), (0, 10));
    assert!(config.server.trusted_proxies.is_empty());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let file = "listen = '127.0.0.1:1'\n[session]\nidle_minutes = 5\n";

    let config =
        load(file, &[("CAMLOCK_LISTEN", "127.0.0.1:2"), ("CAMLOCK_API__REPLAY", "all"), ("PATH", "/bin")])
            .unwrap();

    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.session.idle_minutes, 5);
    assert_eq!(config.session.absolute_minutes, 480);
    assert_eq!(config.api.replay, Replay::All);
    assert_eq!(config.public_url.to_string(), "http://127.0.0.1:2");
}

#[test]
fn every_documented_variable_is_known() {
    let variables = [
        ("CAMLOCK_LISTEN", "[::1]:9000"),
        ("CAMLOCK_DATA_DIR", "/srv/camlock"),
        ("CAMLOCK_DATABASE__URL", "postgres://camlock@db/camlock"),
        ("CAMLOCK_PUBLIC_URL", "https://keys.example.com"),
        ("CAMLOCK_VAULT__KEY_FILE", "/etc/camlock/key"),
        ("CAMLOCK_LOG__FORMAT", "json"),
        ("CAMLOCK_LOG__LEVEL", "info,camlock=debug"),
        ("CAMLOCK_API__REPLAY", "off"),
        ("CAMLOCK_GATE__LISTEN", "127.0.0.1:9001"),
        ("CAMLOCK_SESSION__IDLE_MINUTES", "15"),
        ("CAMLOCK_SESSION__ABSOLUTE_MINUTES", "60"),
        ("CAMLOCK_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1"),
    ];

    let config = load("", &variables).unwrap();

    assert_eq!(config.gate.listen, Some(OwnAddress::Port("127.0.0.1:9001".parse().unwrap())));
    assert_eq!(config.vault.key_source, KeySource::Named);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert!(config.is_https());
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    assert_eq!(
        refusal("\n[databse]\nurl = 'sqlite://a'\n", &[]),
        "camlock.toml line 3: there is no setting `databse.url`. Did you mean `database.url`?"
    );
    assert_eq!(
        refusal("lisen = '127.0.0.1:1'", &[]),
        "camlock.toml line 1: there is no setting `lisen`. Did you mean `listen`?"
    );
    assert_eq!(
        refusal("", &[("CAMLOCK_LOG_LEVEL", "info")]),
        "There is no setting for the variable CAMLOCK_LOG_LEVEL. Did you mean CAMLOCK_LOG__LEVEL?"
    );
    assert!(refusal("", &[("CAMLOCK_listen", "x")]).contains("Did you mean CAMLOCK_LISTEN?"));
    assert!(refusal("listen.port = 1", &[]).contains("`listen.port`"));
}

#[test]
fn a_wrong_value_is_refused_with_its_setting_problem_and_origin() {
    assert_eq!(
        refusal("# note\nlisten = 8080\n", &[]),
        "Setting `listen` (camlock.toml line 2): `8080` is not an address and port, such as 127.0.0.1:8080 or [::1]:8080."
    );
    assert_eq!(
        refusal("", &[("CAMLOCK_SESSION__IDLE_MINUTES", "0")]),
        "Setting `session.idle_minutes` (environment CAMLOCK_SESSION__IDLE_MINUTES): `0` is not a number from 1 to 1440."
    );
    assert_eq!(
        refusal("[api]\nreplay = 'maybe'", &[]),
        "Setting `api.replay` (camlock.toml line 2): `maybe` is not one of writes, all, off."
    );
}

#[test]
fn each_kind_of_wrong_value_is_found() {
    let wrong = [
        ("CAMLOCK_SERVER__DRAIN_SECONDS", "16"),
        ("CAMLOCK_LOG__LEVEL", "inof"),
        ("CAMLOCK_LOG__LEVEL", "camlock=loud"),
        ("CAMLOCK_LOG__FORMAT", "xml"),
        ("CAMLOCK_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,everyone"),
        ("CAMLOCK_SERVER__WORKERS", "-1"),
        ("CAMLOCK_SESSION__ABSOLUTE_MINUTES", "10"),
        ("CAMLOCK_PUBLIC_URL", "ftp://example.com"),
        ("CAMLOCK_PUBLIC_URL", "keys.example.com"),
        ("CAMLOCK_PUBLIC_URL", "https://example.com/camlock"),
        ("CAMLOCK_PUBLIC_URL", "https://example.com/?a=b"),
        ("CAMLOCK_PUBLIC_URL", "https://user@example.com"),
        ("CAMLOCK_DATABASE__URL", "camlock.db"),
        ("CAMLOCK_DATABASE__URL", "sqlite:camlock.db"),
        ("CAMLOCK_DATABASE__URL", "sqlite://:memory:"),
        ("CAMLOCK_DATABASE__URL", "sqlite://"),
        ("CAMLOCK_DATABASE__URL", "postgres://localhost"),
    ];

    for (variable, value) in wrong {
        assert!(refusal("", &[(variable, value)]).contains(variable), "{variable}={value}");
    }
    assert!(refusal("log = 1.5", &[]).contains("`log`"));
    assert!(refusal("listen = 1.5", &[]).contains("needs a text, a number or a list"));
    assert!(refusal("\nlisten = ", &[]).starts_with("camlock.toml line 2: not valid TOML"));
    assert!(refusal("listen='127.0.0.1:1'\nlisten='127.0.0.1:2'", &[]).contains("not valid TOML"));
}

#[test]
fn the_error_for_a_bad_database_scheme_names_it_and_not_the_password() {
    let text = refusal("", &[("CAMLOCK_DATABASE__URL", "mysql://root:hunter2@db/camlock")]);

    assert!(text.contains("the scheme `mysql` is not known"));
    assert!(!text.contains("hunter2"));
}

#[test]
fn a_named_file_must_exist() {
    let error = Config::load(Some(Path::new("/nowhere/camlock.toml")), std::iter::empty()).unwrap_err();

    assert!(error.to_string().starts_with("Configuration file /nowhere/camlock.toml cannot be read"));
}

#[test]
fn a_systemd_credential_is_the_key_file_unless_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().display().to_string();
    let key_file = |variables: &[(&str, &str)]| load("", variables).map(|config| config.vault).unwrap();

    assert_eq!(key_file(&[("CREDENTIALS_DIRECTORY", &directory)]).key_source, KeySource::DataDirectory);

    fs::write(folder.path().join("camlock-master-key"), "").unwrap();
    let found = key_file(&[("CREDENTIALS_DIRECTORY", &directory)]);
    let named = key_file(&[("CREDENTIALS_DIRECTORY", &directory), ("CAMLOCK_VAULT__KEY_FILE", "/k")]);

    assert_eq!(
        (found.key_file, found.key_source),
        (folder.path().join("camlock-master-key"), KeySource::SystemdCredential)
    );
    assert_eq!((named.key_file, named.key_source), (PathBuf::from("/k"), KeySource::Named));
}

#[test]
fn a_password_in_the_database_address_is_never_shown() {
    for address in
        ["postgres://camlock:hunter2@db:5432/camlock", "postgresql://db/camlock?password=hunter2&user=a"]
    {
        let config = load("", &[("CAMLOCK_DATABASE__URL", address)]).unwrap();

        assert!(config.show().contains("***"));
        for text in [config.show(), format!("{config:?}"), config.database.url.to_string()] {
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert_eq!(config.database.url, DatabaseUrl::Postgres(address.to_owned()));
    }
}

#[test]
fn the_shown_configuration_names_each_origin_and_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[server]\ntrusted_proxies = ['10.0.0.0/8', '::1']\n";
    let config = load_in(&folder, file, &[("CAMLOCK_LOG__FORMAT", "json")]).unwrap();

    let shown = config.show();

    assert!(shown.contains("listen = \"127.0.0.1:8080\"  # default\n"));
    assert!(shown.contains("[log]\nformat = \"json\"  # environment CAMLOCK_LOG__FORMAT\n"));
    assert!(shown.contains("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]  # "));
    assert!(shown.contains("camlock.toml line 2\n"));
    assert_eq!(load(&shown, &[]).unwrap().server.trusted_proxies, config.server.trusted_proxies);
}

#[test]
fn the_public_address_gives_origin_host_and_links() {
    let url = PublicUrl::parse("https://Keys.example.com:443/").unwrap();

    assert_eq!(url.origin(), "https://keys.example.com");
    assert_eq!(url.host(), "keys.example.com");
    assert_eq!(url.link("/users"), "https://keys.example.com/users");
    assert!(!load("", &[]).unwrap().is_https());
}
