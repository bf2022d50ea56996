//! Services and gate tokens as people write them, in forms and at the command line.

use super::host::{Host, MAX_HOSTS};
use super::route::Routes;
use super::service::{BodyLimit, Hosts, NoBodyLimit, ServiceName, ServicePlan};
use super::token::{HeaderMode, MAX_SCOPE, RequiredCoverage, TokenOptions, TokenReplay};
use crate::domain::field::{self, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A service as it was written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WrittenService {
    pub name: String,
    pub hosts: Vec<String>,
    pub routes: Vec<String>,
    /// Empty: the usual one.
    pub body_limit: String,
}

impl WrittenService {
    /// The service that is meant, or everything that does not fit.
    pub fn read(&self) -> Result<ServicePlan, Vec<FieldError>> {
        let mut faults = Faults::default();
        let name = faults.keep("name", ServiceName::parse(self.name.trim()));
        let hosts = faults.keep("hosts", Hosts::parse(&self.hosts));
        let routes = faults.keep("routes", Routes::parse(&self.routes));
        let body_limit = faults.keep("body_limit", limit_of(&self.body_limit));
        match (name, hosts, routes, body_limit) {
            (Some(name), Some(hosts), Some(routes), Some(body_limit)) => {
                Ok(ServicePlan { name, hosts, routes, body_limit })
            }
            _ => Err(faults.0),
        }
    }

    /// A service as it would be written.
    pub fn of(plan: &ServicePlan) -> Self {
        Self {
            name: plan.name.as_str().to_owned(),
            hosts: plan.hosts.texts(),
            routes: plan.routes.texts(),
            body_limit: plan.body_limit.bytes().to_string(),
        }
    }
}

fn limit_of(text: &str) -> Result<BodyLimit, NoBodyLimit> {
    match text.trim() {
        "" => Ok(BodyLimit::default()),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            BodyLimit::new(text.parse().map_err(|_| NoBodyLimit)?)
        }
        _ => Err(NoBodyLimit),
    }
}

/// A gate token as it was written. What may be left empty has its default then.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WrittenToken {
    pub name: String,
    pub services: Vec<String>,
    pub options: WrittenOptions,
}

/// What a gate token is made with, as it was written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WrittenOptions {
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(default)]
    pub headers: String,
    #[serde(default)]
    pub coverage: String,
    #[serde(default)]
    pub replay: String,
    #[serde(default)]
    pub single_encoding: bool,
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default)]
    pub scope_services: Vec<String>,
    #[serde(default)]
    pub unsigned_action: bool,
    #[serde(default)]
    pub vend: bool,
}

/// What people decide about a gate token.
#[derive(Clone, Debug)]
pub struct TokenPlan {
    pub name: String,
    pub services: Vec<ServiceName>,
    pub options: TokenOptions,
}

impl WrittenToken {
    /// The token that is meant, or everything that does not fit.
    pub fn read(&self) -> Result<TokenPlan, Vec<FieldError>> {
        let mut faults = Faults::default();
        let name = faults.keep_field(token_name(&self.name));
        let services = faults.keep_field(services_of(&self.services));
        let options = match self.options.read() {
            Ok(options) => Some(options),
            Err(errors) => {
                faults.0.extend(errors);
                None
            }
        };
        match (name, services, options) {
            (Some(name), Some(services), Some(options)) => Ok(TokenPlan { name, services, options }),
            _ => Err(faults.0),
        }
    }
}

impl WrittenOptions {
    /// The options that are meant, or everything that does not fit.
    pub fn read(&self) -> Result<TokenOptions, Vec<FieldError>> {
        let mut faults = Faults::default();
        let hosts = faults.keep_field(hosts_of(&self.hosts));
        let headers = faults.keep_field(chosen("headers", &self.headers, HeaderMode::from_name));
        let coverage = faults.keep_field(chosen("coverage", &self.coverage, RequiredCoverage::from_name));
        let replay = faults.keep_field(chosen("replay", &self.replay, TokenReplay::from_name));
        let regions = faults.keep_field(scope_of("regions", &self.regions));
        let scope_services = faults.keep_field(scope_of("scope_services", &self.scope_services));
        let is_open = |names: &Option<Vec<String>>| names.as_ref().is_some_and(Vec::is_empty);
        if self.vend && (is_open(&regions) || is_open(&scope_services)) {
            let text = "Name the regions and the scope services that signing keys are handed out for.";
            faults.0.push(FieldError::on_page("vend", text));
        }
        match (hosts, headers, coverage, replay, regions, scope_services) {
            (
                Some(hosts),
                Some(headers),
                Some(coverage),
                Some(replay),
                Some(regions),
                Some(scope_services),
            ) if faults.0.is_empty() => {
                let Self { single_encoding, unsigned_action, vend, .. } = *self;
                let switches = TokenOptions { single_encoding, unsigned_action, vend, ..Default::default() };
                Ok(TokenOptions { hosts, headers, coverage, replay, regions, scope_services, ..switches })
            }
            _ => Err(faults.0),
        }
    }

    /// Options as they would be written.
    pub fn of(options: &TokenOptions) -> Self {
        Self {
            hosts: options.hosts.iter().map(Host::to_string).collect(),
            headers: options.headers.as_str().to_owned(),
            coverage: options.coverage.as_str().to_owned(),
            replay: options.replay.as_str().to_owned(),
            single_encoding: options.single_encoding,
            regions: options.regions.clone(),
            scope_services: options.scope_services.clone(),
            unsigned_action: options.unsigned_action,
            vend: options.vend,
        }
    }
}

fn token_name(text: &str) -> Result<String, FieldError> {
    let name = field::required("name", ("name", "名称"), text, 64)?;
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let told = "Use letters, digits, dashes, dots and underscores for the name of a gate token.";
    if fits { Ok(name) } else { Err(FieldError::on_page("name", told)) }
}

fn services_of(texts: &[String]) -> Result<Vec<ServiceName>, FieldError> {
    let on_page = |text: String| FieldError::on_page("services", text);
    if texts.is_empty() {
        return Err(on_page("Name at least one service that the gateway asks for.".to_owned()));
    }
    let distinct: BTreeSet<&str> = texts.iter().map(|text| text.trim()).collect();
    if distinct.len() != texts.len() {
        return Err(on_page("Name each service once.".to_owned()));
    }
    let absent = |text: &str| format!("There is no service `{}` in this account.", shown(text));
    let parsed = texts.iter().map(|text| ServiceName::parse(text.trim()).map_err(|_| on_page(absent(text))));
    parsed.collect()
}

fn hosts_of(texts: &[String]) -> Result<Vec<Host>, FieldError> {
    if texts.len() > MAX_HOSTS {
        return Err(FieldError::on_page("hosts", format!("Name at most {MAX_HOSTS} hosts.")));
    }
    let hosts: Result<Vec<Host>, _> = texts.iter().map(|text| Host::parse(text.trim())).collect();
    hosts.map_err(|error| FieldError::on_page("hosts", error))
}

/// Regions or services as they stand in the scope of a signature.
fn scope_of(field: &'static str, texts: &[String]) -> Result<Vec<String>, FieldError> {
    let fits = |text: &String| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if texts.len() > MAX_SCOPE {
        return Err(FieldError::on_page(field, format!("Name at most {MAX_SCOPE}.")));
    }
    match texts.iter().find(|text| !fits(text)) {
        None => Ok(texts.to_vec()),
        Some(text) => {
            let told =
                format!("`{}` stands in no scope: use up to 32 letters, digits and dashes.", shown(text));
            Err(FieldError::on_page(field, told))
        }
    }
}

fn chosen<T: Default>(
    field: &'static str,
    text: &str,
    from_name: fn(&str) -> Option<T>,
) -> Result<T, FieldError> {
    if text.is_empty() {
        return Ok(T::default());
    }
    let told = || FieldError::on_page(field, format!("`{}` is none of the choices.", shown(text)));
    from_name(text).ok_or_else(told)
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn keep<T, E: std::fmt::Display>(&mut self, field: &'static str, read: Result<T, E>) -> Option<T> {
        self.keep_field(read.map_err(|error| FieldError::on_page(field, error)))
    }

    fn keep_field<T>(&mut self, read: Result<T, FieldError>) -> Option<T> {
        read.map_err(|error| self.0.push(error)).ok()
    }
}
