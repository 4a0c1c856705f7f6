using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>
/// What is known at a store to be wrong in its records: times that a box's clock took back, by the manifests, and lines
/// that operator and custodian corrected, by the papers that both signed.
/// <code>
/// corrections/NAME.correction    corrections of lines that both have signed
/// </code>
/// </summary>
internal sealed class CorrectionBook
{
    public const string Ending = ".correction";

    public static readonly CorrectionBook Empty = new([], []);

    private readonly Dictionary<Id16, List<ToldDoubt>> doubts;
    private readonly List<LineCorrection> lines;

    private CorrectionBook(Dictionary<Id16, List<ToldDoubt>> doubts, List<LineCorrection> lines)
    {
        this.doubts = doubts;
        this.lines = lines;
    }

    /// <summary>Corrections of lines, the latest first.</summary>
    public IReadOnlyList<LineCorrection> Lines => lines;

    /// <summary>The book of a store.</summary>
    /// <exception cref="ArchiveException">A paper is not what both have signed.</exception>
    public static CorrectionBook Of(StoreFolder folder, StoreDatabase index) => new(
        Told(index.All(
            "SELECT device, epoch, seq, from_us, to_us, bound_us FROM doubts ORDER BY from_us",
            row => (row.Id(0), new ToldDoubt(
                row.UInt32(1), row.UInt32(2), new ClockDoubt(row.Time(3), row.Time(4), row.UInt32(5)))))),
        LinesOf(folder));

    /// <summary>The book of a folder in the lab: what its manifests say.</summary>
    public static CorrectionBook Of(Id16 device, IEnumerable<ToldDoubt> told) =>
        new(Told([.. told.Select(one => (device, one))]), []);

    /// <summary>Corrections of lines of a store, the latest first.</summary>
    /// <exception cref="ArchiveException">A paper is not what both have signed.</exception>
    public static List<LineCorrection> LinesOf(StoreFolder folder)
    {
        var read = new List<LineCorrection>();
        if (!Directory.Exists(folder.Corrections))
        {
            return read;
        }

        ControlTrust trust = WardenTrust.Read(folder.TrustFile).Control;
        foreach (string file in Directory.GetFiles(folder.Corrections, "*" + Ending))
        {
            Refusal refusal = LineCorrection.TryVerify(File.ReadAllBytes(file), trust, out LineCorrection? one);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException($"{file} is no correction to rely on: {refusal.Sentence()}; remove it");
            }

            read.Add(one!);
        }

        read.Sort(static (left, right) => right.UtcUs.CompareTo(left.UtcUs));
        return read;
    }

    /// <summary>The signed papers of some corrections, the latest first.</summary>
    /// <exception cref="ArchiveException">A paper is not what both have signed.</exception>
    public static List<ReadOnlyMemory<byte>> PapersOf(StoreFolder folder, Predicate<LineCorrection> wanted) =>
    [
        .. LinesOf(folder).FindAll(wanted).Select(line => new ReadOnlyMemory<byte>(
            File.ReadAllBytes(Path.Combine(folder.Corrections, NameOf(line) + Ending)))),
    ];

    /// <summary>Removes the papers about times before: the records that they correct are forgotten.</summary>
    public static void ForgetBefore(StoreFolder folder, ulong utcUs)
    {
        foreach (LineCorrection line in LinesOf(folder))
        {
            if (line.To < LeapSeconds.ToTai((long)utcUs))
            {
                File.Delete(Path.Combine(folder.Corrections, NameOf(line) + Ending));
            }
        }
    }

    /// <summary>Name of the file of a correction.</summary>
    public static string NameOf(LineCorrection line) => $"{line.Device}-{line.UtcUs}";

    /// <summary>What is wrong in a batch.</summary>
    public BatchCorrections Of(OpenedRows opened)
    {
        (uint, uint) place = (opened.Epoch.Number, opened.Sequence);
        List<ClockDoubt> told = [];
        foreach (ToldDoubt one in doubts.GetValueOrDefault(opened.Device) ?? [])
        {
            if ((one.Epoch, one.Sequence).CompareTo(place) >= 0 && one.Doubt.From <= opened.Last)
            {
                told.Add(one.Doubt);
            }
        }

        List<LineCorrection> own = lines.FindAll(line => line.Device == opened.Device);
        return told.Count + own.Count == 0 ? BatchCorrections.None : new BatchCorrections(told, own);
    }

    /// <summary>
    /// Whether a correction gives to this line what may have begun by a time: a flow goes by its begin, however long it
    /// runs on after the stretch.
    /// </summary>
    public bool Names(string subscriber, TaiTime to) =>
        lines.Exists(line => line.Subscriber == subscriber && line.From <= to);

    private static Dictionary<Id16, List<ToldDoubt>> Told(List<(Id16 Device, ToldDoubt Doubt)> told) => told
        .GroupBy(one => one.Device)
        .ToDictionary(group => group.Key, group => group.Select(one => one.Doubt).ToList());
}

/// <summary>Doubt, and the batch whose manifest tells it.</summary>
internal readonly record struct ToldDoubt(uint Epoch, uint Sequence, ClockDoubt Doubt);
