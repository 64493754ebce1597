using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests.Schedules;

[TestClass]
public sealed class ScheduleTests
{
    private static double[] Factors(Schedule schedule, int epochs, params double[] times) =>
        [.. times.Select(t => Math.Round(schedule.Factor(t, epochs), 12))];

    [TestMethod]
    public void Constant_is_always_one() => CollectionAssert.AreEqual(new[] { 1.0, 1, 1 }, Factors(Schedule.Constant, 10, 0, 3.5, 10));

    [TestMethod]
    public void A_milestone_counts_whole_epochs_completed() =>
        CollectionAssert.AreEqual(
            new[] { 1, 1, 0.1, 0.1, 0.01, 0.001 },
            Factors(Schedule.MultiStep([50, 100, 150]), 200, 0, 49.999, 50, 99.5, 100, 199)
        );

    [TestMethod]
    public void Step_decay_falls_every_so_many_epochs() =>
        CollectionAssert.AreEqual(new[] { 1, 1, 0.5, 0.5, 0.25 }, Factors(Schedule.StepDecay(30, 0.5), 90, 0, 29.9, 30, 59, 60));

    [TestMethod]
    public void Cosine_goes_from_one_to_its_minimum() =>
        CollectionAssert.AreEqual(new[] { 1, 0.6, 0.2 }, Factors(Schedule.Cosine(0.2), 10, 0, 5, 10));

    [TestMethod]
    public void By_epoch_the_factor_moves_between_epochs_only_and_by_step_always()
    {
        CollectionAssert.AreEqual(new[] { 0.9, 0.9, 0.8 }, Factors(Schedule.Linear(1, 0, ScheduleUnit.Epoch), 10, 1, 1.5, 2));
        CollectionAssert.AreEqual(new[] { 0.9, 0.85, 0.8 }, Factors(Schedule.Linear(1, 0, ScheduleUnit.Step), 10, 1, 1.5, 2));
        CollectionAssert.AreEqual(
            Factors(Schedule.Cosine(0, ScheduleUnit.Epoch), 8, 3),
            Factors(Schedule.Cosine(0, ScheduleUnit.Epoch), 8, 3.75)
        );
        Assert.AreNotEqual(Schedule.Cosine(0, ScheduleUnit.Step).Factor(3, 8), Schedule.Cosine(0, ScheduleUnit.Step).Factor(3.75, 8));
    }

    [TestMethod]
    public void A_linear_schedule_may_rise() =>
        CollectionAssert.AreEqual(new[] { 0.5, 1, 1.5 }, Factors(Schedule.Linear(0.5, 1.5), 4, 0, 2, 4));

    [TestMethod]
    public void Warm_up_rises_to_the_first_value_and_leaves_milestones_where_they_are() =>
        CollectionAssert.AreEqual(
            new[] { 0.2, 0.6, 1, 1, 0.1 },
            Factors(Schedule.MultiStep([20]).WithWarmup(4, from: 0.2), 30, 0, 2, 4, 19.9, 20)
        );

    [TestMethod]
    public void After_a_warm_up_cosine_and_line_span_what_is_left()
    {
        CollectionAssert.AreEqual(new[] { 0, 0.5, 1, 0.5, 0 }, Factors(Schedule.Cosine().WithWarmup(2, from: 0), 10, 0, 1, 2, 6, 10));
        CollectionAssert.AreEqual(new[] { 0, 1.5, 3, 2, 1 }, Factors(Schedule.Linear(3, 1).WithWarmup(2, from: 0), 10, 0, 1, 2, 6, 10));
    }

    [TestMethod]
    public void A_warm_up_by_epoch_stays_put_within_an_epoch() =>
        CollectionAssert.AreEqual(
            new[] { 0.5, 0.5, 0.75, 1 },
            Factors(Schedule.Constant.WithWarmup(2, 0.5, ScheduleUnit.Epoch), 10, 0, 0.9, 1.2, 2)
        );

    [TestMethod]
    public void A_warm_up_is_over_when_it_has_lasted_so_long_also_within_an_epoch() =>
        CollectionAssert.AreEqual(new[] { 0.8, 1 }, Factors(Schedule.Constant.WithWarmup(2.5, 0, ScheduleUnit.Epoch), 10, 2.4, 2.5));

    [TestMethod]
    public void A_warm_up_must_be_shorter_than_the_training()
    {
        Assert.IsEmpty(Schedule.Constant.WithWarmup(5).Validate(6));
        Assert.Contains("5 epochs", Schedule.Constant.WithWarmup(5).Validate(5).Single());
        Assert.IsEmpty(Schedule.Cosine().Validate(1));
        Assert.IsEmpty(Schedule.Of("fine", done => done).WithWarmup(5).Validate(6));
    }

    [TestMethod]
    public void One_cycle_rises_to_one_and_falls() =>
        CollectionAssert.AreEqual(
            new[] { 0.2, 0.6, 1, 0.535, 0.07 },
            Factors(Schedule.OneCycle(0.25, 0.2, 0.07, Annealing.Linear), 8, 0, 1, 2, 5, 8)
        );

    [TestMethod]
    public void A_function_is_given_the_part_of_the_training_that_is_done()
    {
        Schedule halves = Schedule.Of("falls to a half", done => 1 - (done / 2));
        CollectionAssert.AreEqual(new[] { 1, 0.75, 0.6875, 0.5 }, Factors(halves, 4, 0, 2, 2.5, 4));
        CollectionAssert.AreEqual(new[] { 0, 0.5, 1, 0.75, 0.5 }, Factors(halves.WithWarmup(2, from: 0), 6, 0, 1, 2, 4, 6));
    }

    [TestMethod]
    public void A_function_that_gives_no_factor_is_refused()
    {
        Assert.IsEmpty(Schedule.Of("fine", done => done).Validate(10));
        StringAssert.Contains(Schedule.Of("falls below 0", done => 0.5 - done).Validate(4).Single(), "gives -0.25 where 0.75 ");
        StringAssert.Contains(Schedule.Of("falls at the end", done => done < 1 ? 1 : -1).Validate(4).Single(), "gives -1 where 1 ");
        StringAssert.Contains(Schedule.Of("none", _ => double.NaN).WithWarmup(1).Validate(4).Single(), "'none' gives NaN");
        Assert.ThrowsExactly<InvalidOperationException>(() => Schedule.Of("none", _ => double.PositiveInfinity).Factor(1, 4));
    }

    [TestMethod]
    public void The_largest_factor_of_a_run_is_known_ahead()
    {
        Assert.AreEqual(1, Schedule.MultiStep([5]).Largest(10));
        Assert.AreEqual(3, Schedule.Linear(3, 1, ScheduleUnit.Step).WithWarmup(0.5).Largest(10), 1e-12);
        Assert.AreEqual(1.9, Schedule.Linear(1, 2).Largest(10), 1e-12, "by whole epochs, of which the last begins after nine");
        Assert.AreEqual(2, Schedule.Linear(1, 2, ScheduleUnit.Step).Largest(10), 1e-12);
        Assert.AreEqual(1, Schedule.MultiStep([10], gamma: 4).Largest(10), "no step is after the tenth epoch");
        Assert.AreEqual(4, Schedule.MultiStep([9], gamma: 4).Largest(10));
        Assert.AreEqual(1, Schedule.OneCycle(0.35).Largest(5), 1e-12);
        Assert.AreEqual(1, Schedule.OneCycle(0.35).WithWarmup(0.4).Largest(5), 1e-12);
    }

    public static IEnumerable<(Func<Schedule> Make, string Fault)> Mistakes =>
        [
            (() => Schedule.MultiStep([]), "at least one milestone"),
            (() => Schedule.MultiStep([100, 50]), "100, 50"),
            (() => Schedule.MultiStep([0, 50]), "at least 1"),
            (() => Schedule.MultiStep([50, 50]), "50, 50"),
            (() => Schedule.MultiStep([10], 0), "gamma"),
            (() => Schedule.MultiStep([10], double.PositiveInfinity), "gamma"),
            (() => Schedule.MultiStep([10], double.NaN), "gamma"),
            (() => Schedule.StepDecay(0), "at least 1 epoch"),
            (() => Schedule.StepDecay(10, double.PositiveInfinity), "gamma"),
            (() => Schedule.StepDecay(10, 0), "gamma"),
            (() => Schedule.Cosine(1.5), "1.5"),
            (() => Schedule.Cosine(-0.1), "-0.1"),
            (() => Schedule.Cosine(unit: (ScheduleUnit)7), "Epoch or by Step"),
            (() => Schedule.Linear(-1, 0), "-1"),
            (() => Schedule.Linear(double.PositiveInfinity, 0), "starts from Infinity"),
            (() => Schedule.Linear(0, -1), "ends at -1"),
            (() => Schedule.Linear(0, 1, (ScheduleUnit)7), "Epoch or by Step"),
            (() => Schedule.Linear(1, double.NaN), "NaN"),
            (() => Schedule.OneCycle(0), "rise"),
            (() => Schedule.OneCycle(1), "rise"),
            (() => Schedule.OneCycle(from: 1.1), "starts from 1.1"),
            (() => Schedule.OneCycle(from: -0.1), "starts from -0.1"),
            (() => Schedule.OneCycle(to: -0.1), "ends at -0.1"),
            (() => Schedule.OneCycle(to: 1.1), "ends at 1.1"),
            (() => Schedule.OneCycle(annealing: (Annealing)7), "Cosine or Linear"),
            (() => Schedule.OneCycle(unit: (ScheduleUnit)7), "Epoch or by Step"),
            (() => Schedule.Of(" ", done => done), "name"),
            (() => Schedule.Constant.WithWarmup(0), "warm-up"),
            (() => Schedule.Constant.WithWarmup(double.PositiveInfinity), "finite"),
            (() => Schedule.Constant.WithWarmup(5, from: 2), "between 0 and 1"),
            (() => Schedule.Constant.WithWarmup(5, from: -0.1), "between 0 and 1"),
            (() => Schedule.Constant.WithWarmup(5, unit: (ScheduleUnit)7), "Epoch or by Step"),
            (() => Schedule.Constant.WithWarmup(5).WithWarmup(5), "already"),
        ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void A_mistake_is_named(Func<Schedule> make, string fault) =>
        Assert.Contains(fault, Assert.ThrowsExactly<ArgumentException>(() => make()).Message);

    [TestMethod]
    public void A_list_or_a_function_that_is_null_is_refused_by_its_name()
    {
        Assert.AreEqual("milestones", Assert.ThrowsExactly<ArgumentNullException>(() => Schedule.MultiStep(null!)).ParamName);
        Assert.AreEqual("factor", Assert.ThrowsExactly<ArgumentNullException>(() => Schedule.Of("none", null!)).ParamName);
    }

    [TestMethod]
    public void What_is_just_in_range_is_taken()
    {
        CollectionAssert.AreEqual(new[] { 1.0, 1 }, Factors(Schedule.Cosine(1), 4, 0, 4));
        CollectionAssert.AreEqual(new[] { 0.0, 0 }, Factors(Schedule.Linear(0, 0), 4, 0, 4));
        CollectionAssert.AreEqual(new[] { 0.0, 0 }, Factors(Schedule.OneCycle(from: 0, to: 0), 4, 0, 4));
        CollectionAssert.AreEqual(new[] { 1.0, 1 }, Factors(Schedule.OneCycle(from: 1, to: 1), 4, 0, 4));
        CollectionAssert.AreEqual(new[] { 1.0, 1 }, Factors(Schedule.Constant.WithWarmup(1, from: 1), 4, 0, 4));
        CollectionAssert.AreEqual(new[] { 1, 0.1, 0.01 }, Factors(Schedule.StepDecay(1), 4, 0, 1, 2));
        CollectionAssert.AreEqual(new[] { 1, 0.1 }, Factors(Schedule.MultiStep([1]), 4, 0, 1));
    }

    [TestMethod]
    public void After_the_end_a_schedule_stays_where_it_ended() =>
        CollectionAssert.AreEqual(
            new[] { 0.2, 0.5, 0.07, 1 },
            new[] { Schedule.Cosine(0.2), Schedule.Linear(1, 0.5), Schedule.OneCycle(to: 0.07), Schedule.Of("whole", done => done) }
                .Select(schedule => Math.Round(schedule.Factor(7.5, 4), 12))
                .ToArray()
        );

    [TestMethod]
    public void Time_starts_at_zero_and_a_run_has_epochs()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Schedule.Constant.Factor(-0.1, 10));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Schedule.Constant.Factor(double.NaN, 10));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Schedule.Constant.Factor(0, 0));
    }

    [TestMethod]
    public void Schedules_are_values()
    {
        Assert.AreEqual(Schedule.MultiStep([50, 100], 0.1), Schedule.MultiStep([50, 100], 0.1));
        Assert.AreEqual(Schedule.MultiStep([50, 100]).GetHashCode(), Schedule.MultiStep([50, 100]).GetHashCode());
        Assert.AreNotEqual(Schedule.MultiStep([50, 100]), Schedule.MultiStep([50, 101]));
        Assert.AreNotEqual(Schedule.MultiStep([50, 100], 0.1), Schedule.MultiStep([50, 100], 0.2));
        Assert.AreNotEqual(Schedule.Linear(1, 0.5), Schedule.Linear(1, 0.6));
        Assert.AreEqual(Schedule.Cosine(0.1).WithWarmup(3), Schedule.Cosine(0.1).WithWarmup(3));
        Assert.AreNotEqual(Schedule.Cosine(0.1), Schedule.Cosine(0.1, ScheduleUnit.Step));
        Assert.AreEqual(Schedule.Of("one name", done => done), Schedule.Of("one name", done => 1));
        Assert.AreNotEqual(Schedule.Of("one name", done => done), Schedule.Of("another", done => done));
        Assert.AreNotEqual(Schedule.OneCycle(), Schedule.OneCycle(0.2));
    }

    [TestMethod]
    public void Functions_are_told_apart_by_their_names_alone()
    {
        Assert.AreEqual(Schedule.Of("one name", done => done).GetHashCode(), Schedule.Of("one name", done => 1).GetHashCode());
        Assert.IsFalse(Schedule.Of("constant", _ => 1).Equals(Schedule.Constant));
        Assert.IsFalse(Schedule.MultiStep([1]).Equals(null));
    }

    [TestMethod]
    public void Milestones_are_those_that_were_given_whatever_becomes_of_the_list()
    {
        int[] milestones = [1, 2];
        Schedule schedule = Schedule.MultiStep(milestones);
        milestones[0] = 3;
        CollectionAssert.AreEqual(new[] { 1, 0.1, 0.01 }, Factors(schedule, 4, 0, 1, 2));
    }

    [TestMethod]
    public void A_longer_run_has_other_factors_where_a_schedule_spans_the_training()
    {
        foreach (Schedule stays in new[] { Schedule.Constant, Schedule.MultiStep([2]), Schedule.StepDecay(2) })
        foreach (Schedule schedule in new[] { stays, stays.WithWarmup(1) })
            Assert.AreEqual((false, 1.0), (schedule.SpansTraining, schedule.Factor(1, 3) / schedule.Factor(1, 6)), $"{schedule}");
        foreach (
            Schedule moves in new[] { Schedule.Cosine(), Schedule.Linear(1, 0), Schedule.OneCycle(), Schedule.Of("whole", done => done) }
        )
        foreach (Schedule schedule in new[] { moves, moves.WithWarmup(0.5) })
        {
            Assert.IsTrue(schedule.SpansTraining, $"{schedule}");
            Assert.AreNotEqual(schedule.Factor(1, 3), schedule.Factor(1, 6), $"{schedule}");
        }
    }

    [TestMethod]
    public void Schedules_say_what_they_do()
    {
        Assert.AreEqual("x0.1 after 50, 100, 150 epochs", Schedule.MultiStep([50, 100, 150]).ToString());
        Assert.AreEqual("x0.5 every 30 epochs", Schedule.StepDecay(30, 0.5).ToString());
        Assert.AreEqual(
            "warm-up from 0.1 over 5 epochs, each step, then cosine from 1 to 0.01, each epoch",
            Schedule.Cosine(0.01).WithWarmup(5).ToString()
        );
        Assert.AreEqual("linear from 2 to 0.5, each step", Schedule.Linear(2, 0.5, ScheduleUnit.Step).ToString());
        Assert.AreEqual("one cycle from 0.04 over 1 at 0.3 of it to 4E-06, cosine, each step", Schedule.OneCycle().ToString());
        Assert.AreEqual(
            "one cycle from 0 over 1 at 0.5 of it to 0, linear, each epoch",
            Schedule.OneCycle(0.5, 0, 0, Annealing.Linear, ScheduleUnit.Epoch).ToString()
        );
        Assert.AreEqual("sawtooth", Schedule.Of("sawtooth", done => done % 0.1).ToString());
        Assert.AreEqual("constant", Schedule.Constant.ToString());
    }
}
