"""One store on an ordinary day, as every page of it needs it: made by the services, as in life."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from followups.enums import Result
from followups.models import Step
from followups.services import put_off, record_result
from members.imports import jobs
from members.services.people import set_consent
from members.services.sales import LineInput, record_receipt, void_receipt
from members.services.visits import write_visit_note
from reports.rules.months import last_month
from reports.scopes import store_scope
from reports.services import compute_with_comparisons
from service_tickets import services
from service_tickets.enums import Action
from service_tickets.models import CatalogueCode
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory, admin, manager_of, sale
from tests.service_tickets.helpers import notify
from vipcrm.enums import Role

ROWS = (
    "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity,till\n"
    "R1,4001,2026-03-01 18:05,C1,P1,1500,1,A\n"
    "R2,4001,2026-03-01 18:05,C9,P1,=ten,1,A\n"
)


def make_world(at):
    """Everybody and everything of the store 静安店 at `at` (aware): names of a SimpleNamespace."""
    world = SimpleNamespace(at=at, today=at.date())
    _people(world)
    _sales(world)
    _follow_ups(world)
    _notifications(world)
    _report(world)
    _imports(world)
    return world


def _people(world):
    world.store = StoreFactory(code="4001", name="静安店")
    world.clerk = StaffFactory(store=world.store, name="林悦", username="linyue")
    world.manager = manager_of(world.store, name="周敏")
    world.agent = StaffFactory(store=world.store, role=Role.SERVICE_AGENT, name="陈国华")
    world.admin = admin(name="管理员")
    hers = {"home_store": world.store, "advisor": world.clerk}
    world.friend = MemberFactory(**hers, name="许佳慧", pinyin="xujiahui", initials="xjh")
    world.member = MemberFactory(
        **hers, name="陆婉清", pinyin="luwanqing", initials="lwq", wechat="wanqing_lu", gender="female",
        birth_year=1988, birth_month=11, birth_day=23, occupation="律师", family="女儿 6 岁", likes="雾灰、燕麦色",
        preferred_channel="phone", note="只在下午接电话", source="referral", referred_by=world.friend,
    )  # fmt: skip
    world.garment_owner = MemberFactory(**hers, name="何文君", pinyin="hewenjun", initials="hwj")
    MemberFactory.create_batch(22, home_store=world.store)
    set_consent(world.member, channel="phone", state="given", by=world.clerk, at=world.at)


def _sales(world):
    world.coat = ProductFactory(
        code="COAT1", name="双面羊毛呢大衣", list_price=Decimal("2680"), colour="雾灰", size="M"
    )
    knit = ProductFactory(code="KNIT1", name="雾灰针织衫")
    day = timedelta(days=1)
    of_last_month = world.at.replace(day=1) - 9 * day
    sale(world.member, "1200.00", at=world.at - 120 * day, by=world.clerk, product=knit)
    sale(world.friend, "2680.00", at=of_last_month, by=world.clerk, product=world.coat)
    lines = [LineInput(product_code=one.code, quantity=1, unit_price=one.list_price) for one in (world.coat, knit)]
    world.receipt = record_receipt(
        store=world.store, number=None, sold_at=world.at - 3 * day, lines=lines, member=world.member, by=world.clerk,
        at=world.at - 3 * day,
    ).receipt  # fmt: skip
    sale(world.garment_owner, "900.00", at=world.at - 12 * day, by=world.clerk, product=knit)
    world.fresh = sale(world.friend, "590.00", at=world.at - timedelta(hours=1), by=world.clerk, product=knit)
    world.walk_in = sale(None, "590.00", store=world.store, at=world.at - day, by=world.clerk, product=knit)
    void_receipt(world.walk_in, reason="金额输错了", by=world.manager, at=world.at)
    write_visit_note(
        world.member, text="年会要穿，喜欢灰色。", visited_on=world.today, satisfaction=5, receipt=world.receipt,
        by=world.clerk,
    )  # fmt: skip


def _follow_ups(world):
    other = MemberFactory(home_store=world.store, advisor=world.clerk, name="邹雅芝", pinyin="zouyazhi", initials="zyz")
    sale(other, "1380.00", at=world.at - timedelta(days=3), by=world.clerk)
    third = MemberFactory(home_store=world.store, name="沈嘉宁", pinyin="shenjianing", initials="sjn")
    sale(third, "800.00", at=world.at - timedelta(days=8))
    world.call = world.member.steps.open().order_by("due_at").first()
    world.closed = other.steps.order_by("due_at").first()
    record_result(
        world.closed, result=Result.REACHED, satisfaction=2, note="袖口开线了", complaint="袖口开线，约 4 厘米",
        by=world.clerk, at=world.at,
    )  # fmt: skip
    later = world.friend.steps.open().order_by("due_at").last()
    put_off(later, to_day=later.due_on + timedelta(days=1), reason="她在出差", by=world.clerk, at=world.at)
    world.late = Step.objects.open().overdue(world.at).order_by("due_at").first()


def _notifications(world):
    who = {"by": world.clerk, "at": world.at}
    member = world.garment_owner
    day = timedelta(days=1)
    dates = {"required_start": world.today - 5 * day, "required_end": world.today - day}
    world.waiting = notify(member, at=world.at, by=world.clerk, description="改短裤脚 2 厘米", agent=world.agent)
    world.unpaid = notify(member, at=world.at, by=world.clerk, type_="Z2", description="颜色发错", priority="1")
    made = notify(
        member, at=world.at, by=world.clerk, agent=world.agent, text="约 4 厘米，左袖", location="静安店后仓", **dates
    )
    services.perform(made, action=Action.PUT_IN_PROCESS, **who)
    cause = CatalogueCode.objects.filter(group__catalogue="cause").first()
    world.item = services.add_item(
        made, item=services.ItemInput(name="双面大衣", causes=[services.CauseInput(cause, "线头没有锁")]), **who
    )
    world.task = services.add_task(made, task=services.TaskInput("拆下里布，重缝袖口"), **who)
    services.move_task(world.task, action=Action.RELEASE_TASK, **who)
    services.add_task(made, task=services.TaskInput("熨烫"), **who)
    services.add_activity(made, text="量过尺寸", done_at=world.at, code=None, **who)
    services.add_long_text(made, text="她周五来取。", **who)
    world.in_work = made
    done = notify(member, at=world.at, by=world.clerk, description="换拉链", agent=world.agent)
    services.perform(done, action=Action.PUT_IN_PROCESS, **who)
    services.set_user_status(done, code="KCJS", **who)
    world.ready = notify(member, at=world.at, by=world.clerk, description="清洗", agent=world.agent)
    services.perform(world.ready, action=Action.PUT_IN_PROCESS, **who)
    services.set_user_status(world.ready, code="KCJS", **who)
    services.complete(done, completed_at=world.at, **who)
    world.completed = done


def _report(world):
    world.month = last_month(world.at, world.store.tz)
    world.report = compute_with_comparisons(store_scope(world.store), world.month, at=timezone.now(), by=world.manager)


def _imports(world):
    for name in ("done", "waiting"):
        upload = SimpleUploadedFile("sales.csv", ROWS.encode())
        run = jobs.ask_import("purchases", upload, by=world.admin, at=world.at)
        setattr(world, f"import_{name}", run)
        if name == "done":
            jobs.run_next(now=world.at)
