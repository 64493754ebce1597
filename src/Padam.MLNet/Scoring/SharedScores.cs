using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Models;
using Padam.MLNet.Native;

namespace Padam.MLNet.Scoring;

/// <summary>
/// A network's answers to all rows, which ranks work out together: they take the batches in turns, and tell each other the answers. Same
/// batches as in one process, same network, same digits. An image is read by the rank that scores it alone.
/// </summary>
internal static class SharedScores
{
    /// <param name="input">The rows, the same on all ranks.</param>
    /// <param name="schema">Names the image column, and what is asked of the network.</param>
    /// <param name="network">The network, the same on all ranks.</param>
    /// <param name="ranks">Who works.</param>
    internal static KnownAnswers Of(IDataView input, OutputSchema schema, SharedNetwork network, Communicator ranks)
    {
        using var threads = new ThreadCount(Neighbours.Of(ranks).Threads);
        (int rows, List<float[]> own) = ranks.Together(() => Scored(input, schema, network, ranks));
        ranks.RequireSame("The number of rows", rows.ToString(CultureInfo.InvariantCulture));

        (int size, int outputs) = (network.Model.InferenceBatchSize, network.Model.Outputs);
        float[] all = ranks.Together(() => new float[checked(rows * outputs)]);
        int turns = (int)(((long)rows + size - 1) / size);
        for (int turn = 0; turn < turns; turn++)
        {
            int first = turn * size;
            Span<float> answers = all.AsSpan(first * outputs, Math.Min(size, rows - first) * outputs);
            int whose = turn % ranks.Size;
            if (whose == ranks.Rank)
                own[turn / ranks.Size].CopyTo(answers);
            ranks.Broadcast(MemoryMarshal.AsBytes(answers), whose);
        }

        return new KnownAnswers(all, rows, outputs);
    }

    /// <summary>Scores this rank's batches; the rows of the others are counted.</summary>
    private static (int Rows, List<float[]> Answers) Scored(IDataView input, OutputSchema schema, SharedNetwork network, Communicator ranks)
    {
        List<float[]> answers = [];
        var images = new BatchImages(network.Model);
        using DataViewRowCursor cursor = input.GetRowCursor([schema.Feature.Column]);
        var reader = new FeatureReader(cursor, schema.Feature, network.Model);
        int rows = 0;
        bool more = true;
        for (int turn = 0; more; turn++)
        {
            bool isOwn = turn % ranks.Size == ranks.Rank;
            int count = 0;
            while (count < images.Most && (more = cursor.MoveNext()))
            {
                if (isOwn)
                    reader.Read(images.Place(count));
                count++;
            }

            rows = checked(rows + count);
            if (!isOwn || count == 0)
                continue;
            float[] own = new float[count * network.Model.Outputs];
            network.Score(schema, images.First(count), count, own);
            answers.Add(own);
        }

        return (rows, answers);
    }
}

/// <summary>Answers that are there already.</summary>
/// <param name="numbers">Those to all rows, one after the other.</param>
/// <param name="rows">How many rows there are.</param>
/// <param name="outputs">How many numbers answer one.</param>
internal sealed class KnownAnswers(float[] numbers, int rows, int outputs) : IRowAnswers
{
    private int _current;

    internal int Rows => rows;

    /// <summary>The same, from the first row on.</summary>
    internal KnownAnswers Again() => new(numbers, rows, outputs);

    public void MoveTo(long position, DataViewRowId id) =>
        _current =
            position < rows
                ? (int)position
                : throw new InvalidOperationException($"Row {position}: the data before the scorer had {rows} rows when they were scored.");

    public ReadOnlySpan<float> Current() => numbers.AsSpan(_current * outputs, outputs);

    public void Dispose() { }
}

/// <summary>A view with a network's columns added, which are known.</summary>
internal sealed class SharedScoresView(IDataView input, OutputSchema schema, SharedNetwork network, KnownAnswers answers)
    : ScoredDataView(input, schema, network)
{
    public override long? GetRowCount() => answers.Rows;

    protected override IRowAnswers Answers(DataViewRow? passed) => answers.Again();
}
