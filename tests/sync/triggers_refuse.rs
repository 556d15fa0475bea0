//! What the server refuses because of a trigger: the trigger is named, whatever the server's own words are.

use pgdeck::core::error::Code;

use crate::support::{Pair, set};

fn function(name: &str, body: &str) -> String {
    format!("CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;")
}

fn trigger(name: &str, when: &str, body: &str) -> String {
    function(&format!("{name}_f"), body) + &format!("CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}_f();")
}

const T: &str = "CREATE TABLE t (k text PRIMARY KEY, v text, n int NOT NULL DEFAULT 0 CHECK (n < 10));";

fn rows(v: &str, count: usize) -> String {
    format!("INSERT INTO t SELECT 'k' || i, '{v}' FROM generate_series(1, {count}) i;")
}

async fn t(triggers: &str, source: &str, target: &str) -> Pair {
    let triggers = triggers.to_owned();
    Pair::new(&set(r#"{ table = "t", ignore = ["n"] }"#), T, source, &(target.to_owned() + &triggers)).await
}

/// The message and the hint of what is refused with exit 6.
async fn refused(pair: &Pair) -> (String, String) {
    let plan = pair.all(&pair.review_deletes().await);
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    (error.to_string(), error.hint.unwrap_or_default())
}

/// Those that change the row before the statement does, and two that have nothing to do with it.
fn in_between() -> String {
    trigger("first", "BEFORE DELETE ON t FOR EACH ROW", "UPDATE public.t SET n = n + 1 WHERE k = OLD.k; RETURN OLD;")
        + &trigger(
            "once",
            "BEFORE UPDATE OF v ON t FOR EACH ROW",
            "UPDATE public.t SET n = n + 1 WHERE k = OLD.k; RETURN NEW;",
        )
        + &trigger("later", "AFTER UPDATE OR DELETE ON t FOR EACH ROW", "RETURN NULL;")
}

const MODIFIED: &str = "was already modified by an operation triggered by the current command";

#[tokio::test]
async fn a_row_that_a_trigger_writes_before_the_plan_does() {
    for count in [1, 5] {
        let pair = t(&in_between(), "", &rows("old", count)).await;
        let (text, hint) = refused(&pair).await;
        assert!(text.contains(&format!("trigger `first` on public.t: tuple to be deleted {MODIFIED}")), "{text}");
        assert!(text.contains("public.t k") && !text.contains("`later`") && !text.contains("`once`"), "{text}");
        assert!(hint.contains("leave the row out"), "{hint}");
        let pair = t(&in_between(), &rows("new", count), &rows("old", count)).await;
        let (text, _) = refused(&pair).await;
        assert!(text.contains(&format!("trigger `once` on public.t: tuple to be updated {MODIFIED}")), "{text}");
        assert!(!text.contains("`later`") && !text.contains("`first`"), "{text}");
    }
    // What a run inserted goes when it is undone.
    let pair = t(&in_between(), &rows("new", 1), "").await;
    let run = pair.sync().await.run.unwrap();
    let error = pair.undo(&run).await.unwrap_err();
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.to_string().contains("trigger `first` on public.t: tuple to be deleted"), "{error}");
}

/// The server names the function that failed, which may be another than the trigger's.
#[tokio::test]
async fn a_function_that_a_trigger_calls_fails() {
    let helper =
        "CREATE FUNCTION helper() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no more'; END $$;";
    let calls = trigger("calls", "AFTER INSERT ON t FOR EACH ROW", "PERFORM public.helper(); RETURN NULL;");
    let (text, _) = refused(&t(&(helper.to_owned() + &calls), &rows("new", 1), "").await).await;
    assert!(text.contains("trigger `calls` on public.t: no more"), "{text}");
    // Another trigger is in between: what the plan's statement fires is what there is to look at.
    let other = "CREATE TABLE other (v text);".to_owned()
        + &trigger("inwards", "BEFORE INSERT ON other FOR EACH ROW", "RAISE EXCEPTION 'not here';")
        + &trigger(
            "outwards",
            "AFTER INSERT ON t FOR EACH ROW",
            "INSERT INTO public.other VALUES (NEW.v); RETURN NULL;",
        );
    let (text, _) = refused(&t(&other, &rows("new", 1), "").await).await;
    assert!(text.contains("trigger `outwards` on public.t: not here"), "{text}");
}

#[tokio::test]
async fn a_trigger_that_waits_for_the_end_refuses() {
    let late = function("late_f", "RAISE EXCEPTION 'too late'; RETURN NULL;")
        + "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION late_f()";
    let (text, _) = refused(&t(&late, &rows("new", 1), &rows("old", 1)).await).await;
    assert!(text.contains("trigger `late` on public.t: too late"), "{text}");
}

/// The value that the server refuses is not the plan's.
#[tokio::test]
async fn a_value_that_a_trigger_wrote_is_refused() {
    let eleven = trigger("eleven", "BEFORE INSERT OR UPDATE ON t FOR EACH ROW", "NEW.n := 11; RETURN NEW;");
    for target in [String::new(), rows("old", 1)] {
        let (text, hint) = refused(&t(&eleven, &rows("new", 1), &target).await).await;
        assert!(text.contains("t_n_check"), "{text}");
        assert_eq!(hint, "trigger `eleven` on public.t may have changed the row before it was written");
    }
}
