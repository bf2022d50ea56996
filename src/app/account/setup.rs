//! The first run: a one-time address, and the first root account made there.

use crate::app::change::Outsider;
use crate::app::change::event::{Actor, Draft};
use crate::app::factors::devices::{FirstCode, new_device, replace_codes};
use crate::app::factors::new_password::{Chosen, acceptable, faults_of};
use crate::app::forms::{keep_made, made};
use crate::app::session::tickets::{Door, digest, take};
use crate::app::sign_in::{Entry, SignedIn, let_in};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::deadline::SETUP_SECONDS;
use crate::domain::field::FieldError;
use crate::domain::password_rules::PasswordRules;
use crate::domain::secret::{Password, TotpSeed};
use crate::domain::sentence::Sentence;
use crate::domain::session::SignInMethod;
use crate::domain::source::Source;
use crate::domain::totp::{Code, matched_step, wrong_code};
use crate::domain::user::{Protection, Uid, Uin, User, UserKind, UserName};
use crate::store::accounts::{self, NewAccount};
use crate::store::identities::{self, StoredPassword};
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, dialect, setup_tokens, totp_devices, users};
use crate::vault::places;
use zeroize::Zeroizing;

const SETUP_CODES: &str = "setup_codes";

/// What the setup page asks for.
pub struct Setup {
    pub token: String,
    pub account_name: String,
    pub user_name: UserName,
    pub password: Password,
    pub code: Code,
    /// The browser that the form was shown to.
    pub browser: String,
}

/// A root account that was made.
#[derive(Clone, Debug)]
pub struct NewRoot {
    pub uin: Uin,
    pub uid: Uid,
    pub app_id: i64,
}

/// What a new root account is made of.
pub(in crate::app) struct RootPlan<'a> {
    pub account_name: &'a str,
    pub user_name: &'a UserName,
    pub password_hash: String,
}

/// A new token for the setup address; the earlier one stops working. Refused once there is an account.
pub fn new_setup_token(app: &App) -> Result<String, Failure> {
    app.store.write_now(|conn| {
        ensure_not_set_up(conn)?;
        let token = app.random.token()?;
        let digest = digest(&token);
        let seed = TotpSeed::generate(&app.random)?;
        let sealed = app.vault.seal(&places::setup_seed(&digest), seed.expose())?;
        setup_tokens::replace(conn, &digest, &sealed, app.clock.now() + SETUP_SECONDS)?;
        Ok(token)
    })
}

/// The seed that the setup page shows for a token.
pub async fn setup_seed(app: &App, token: String) -> Result<TotpSeed, Failure> {
    let node = app.clone();
    app.store
        .read(move |conn| {
            ensure_not_set_up(conn)?;
            seed_of_token(&node, conn, &token)
        })
        .await
}

fn seed_of_token(app: &App, conn: &mut Conn, token: &str) -> Result<TotpSeed, Failure> {
    let digest = digest(token);
    let sealed = setup_tokens::seed(conn, &digest, app.clock.now())?.ok_or(Failure::NotProven)?;
    TotpSeed::from_bytes(&app.vault.open(&places::setup_seed(&digest), &sealed)?)
        .map_err(|_| Failure::Corrupt("setup_tokens.seed"))
}

/// What is wrong with the first root's password; for a form that has other faults already.
pub async fn faults_of_setup_password(
    password: Password,
    user_name: &str,
    account_name: &str,
) -> Result<Vec<FieldError>, Failure> {
    faults_of(first_password(password, user_name, account_name)).await
}

/// Makes the first root account and signs its root in: both proofs were just given. The text opens the page with
/// the recovery codes.
pub async fn set_up(app: &App, setup: Setup, source: Source) -> Result<(String, SignedIn), Failure> {
    let Setup { token, account_name, user_name, password, code, browser } = setup;
    let form = form_of(&browser, &token);
    let (node, checked, now) = (app.clone(), token.clone(), app.clock.now());
    let step = app
        .store
        .read(move |conn| {
            ensure_not_set_up(conn)?;
            Ok::<_, Failure>(matched_step(&seed_of_token(&node, conn, &checked)?, &code, now))
        })
        .await?;
    let chosen = first_password(password, user_name.as_str(), &account_name);
    let (password, step) = match (acceptable(chosen).await, step) {
        (Ok(password), Some(step)) => (password, step),
        (Ok(_), None) => return Err(wrong_code().into()),
        (Err(Failure::Invalid(mut errors)), None) => {
            errors.push(wrong_code());
            return Err(Failure::Invalid(errors));
        }
        (Err(failure), _) => return Err(failure),
    };
    let password_hash = app.passwords.hash(password).await?;
    app.change(&Outsider, move |change| {
        dialect::lock_account(change.conn, Uin(0))?;
        ensure_not_set_up(change.conn)?;
        let seed = seed_of_token(change.app, change.conn, &token)?;
        let plan = RootPlan { account_name: &account_name, user_name: &user_name, password_hash };
        let (user, _) = create_root_in(change.app, change.conn, plan)?;
        totp_devices::insert(
            change.conn,
            &new_device(change.app, user.uin, "Authenticator", FirstCode { seed: &seed, step })?,
        )?;
        setup_tokens::delete_all(change.conn)?;
        Draft::new(EventName::Setup, &Actor::of(&user, &source))
            .fact("account_name", account_name.as_str())
            .record(change);
        let door = Door { session: "", purpose: SETUP_CODES, uid: user.uid, object: "" };
        let ticket = format!("{}.{}", user.uid, replace_codes(change.app, change.conn, user.uin, &door)?);
        keep_made(change.app, change.conn, form, &ticket)?;
        let signed =
            let_in(change, &user, &Entry { method: SignInMethod::Setup, wrong_codes: 0, source: &source })?;
        Ok((ticket, signed))
    })
    .await
}

/// What [`set_up`] answered to the same form of the same browser, when it is sent twice.
pub async fn earlier_setup(
    app: &App,
    browser: &str,
    token: &str,
) -> Result<Option<Zeroizing<String>>, Failure> {
    made(app, form_of(browser, token)).await
}

pub(in crate::app) fn create_root_in(
    app: &App,
    conn: &mut Conn,
    plan: RootPlan<'_>,
) -> Result<(User, NewRoot), Failure> {
    let now = app.clock.now();
    let uin = Uin(sequences::next(conn, Sequence::Uin)?);
    let app_id = sequences::next(conn, Sequence::AppId)?;
    let uid = Uid(sequences::next(conn, Sequence::Uid)?);
    let stored = StoredPassword { hash: plan.password_hash, changed_at: now, must_change: false };
    let account = NewAccount { owner: uin, app_id, name: plan.account_name, created_at: now };
    accounts::insert(conn, &account)?;
    identities::insert(conn, uin, Some(&stored))?;
    let user = User {
        uid,
        uin,
        owner_uin: uin,
        kind: UserKind::Root,
        name: plan.user_name.as_str().to_owned(),
        note: String::new(),
        phone: String::new(),
        email: String::new(),
        country_code: String::new(),
        protection: Protection::default(),
        console_login: true,
        created_at: now,
        last_activity_at: None,
    };
    users::insert(conn, &user, uin)?;
    Ok((user, NewRoot { uin, uid, app_id }))
}

/// The first root with its recovery codes, once; `None` when they were shown before.
pub async fn setup_codes(app: &App, ticket: String) -> Result<Option<(User, Zeroizing<String>)>, Failure> {
    let Some((uid, token)) = ticket.split_once('.') else { return Ok(None) };
    let Ok(uid) = uid.parse() else { return Ok(None) };
    let (node, token) = (app.clone(), token.to_owned());
    app.store
        .write(move |conn| {
            let door = Door { session: "", purpose: SETUP_CODES, uid: Uid(uid), object: "" };
            let codes = take(&node, conn, &door, &token)?;
            Ok(users::by_uid(conn, Uid(uid))?.zip(codes))
        })
        .await
}

/// The setup form as it was shown to one browser.
fn form_of(browser: &str, token: &str) -> String {
    digest(&format!("setup\n{browser}\n{token}"))
}

fn ensure_not_set_up(conn: &mut Conn) -> Result<(), Failure> {
    if accounts::first_two(conn)?.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(Sentence::on_page("Camlock is set up already. Sign in instead.")))
}

/// There is no account yet whose rules could count.
fn first_password<'a>(password: Password, user_name: &'a str, account_name: &'a str) -> Chosen<'a> {
    Chosen { password, field: "password", user_name, account_name, rules: PasswordRules::default() }
}
