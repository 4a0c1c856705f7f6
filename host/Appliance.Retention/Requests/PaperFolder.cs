using System.Globalization;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// The papers of all requests: <c>requests/ID/request</c> and <c>requests/ID/approval-N</c>, each as it was signed;
/// <c>report.txt</c> where an approval by word of mouth was not confirmed in time.
/// Nothing here is believed: who reads them checks the signatures.
/// </summary>
internal sealed class PaperFolder(string root)
{
    private const string RequestName = "request";
    private const string ReportName = "report.txt";
    private const string ApprovalName = "approval-";

    /// <summary>Requests that have papers, by name.</summary>
    public IReadOnlyList<Id16> All()
    {
        var found = new List<Id16>();
        foreach (string folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (Id16.TryParse(Path.GetFileName(folder), out Id16 id))
            {
                found.Add(id);
            }
        }

        found.Sort((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return found;
    }

    /// <summary>True where there are papers of this name.</summary>
    public bool Has(Id16 id) => File.Exists(Path.Combine(FolderOf(id), RequestName));

    /// <summary>Keeps a signed request.</summary>
    /// <exception cref="ArchiveException">There is another one of this name.</exception>
    public void Add(Id16 id, ReadOnlySpan<byte> request)
    {
        string folder = FolderOf(id);
        string file = Path.Combine(folder, RequestName);
        if (File.Exists(file))
        {
            throw new ArchiveException($"request {id} is there already");
        }

        DurableFile.MakeFolder(folder);
        DurableFile.Put(file, file + ".part", request);
    }

    /// <summary>Keeps a further approval.</summary>
    public void AddApproval(Id16 id, ReadOnlySpan<byte> approval)
    {
        int number = Read(id).Approvals.Count + 1;
        string file = Path.Combine(
            FolderOf(id), ApprovalName + number.ToString(CultureInfo.InvariantCulture));
        DurableFile.Put(file, file + ".part", approval);
    }

    /// <summary>The papers of a request.</summary>
    /// <exception cref="ArchiveException">There are none.</exception>
    public Papers Read(Id16 id)
    {
        string file = Path.Combine(FolderOf(id), RequestName);
        if (!File.Exists(file))
        {
            throw new ArchiveException($"there is no request {id} here; see `retention request list`");
        }

        var approvals = new List<ReadOnlyMemory<byte>>();
        for (int number = 1; ; number++)
        {
            string approval = Path.Combine(
                FolderOf(id), ApprovalName + number.ToString(CultureInfo.InvariantCulture));
            if (!File.Exists(approval))
            {
                return new Papers(File.ReadAllBytes(file), approvals);
            }

            approvals.Add(File.ReadAllBytes(approval));
        }
    }

    /// <summary>Removes the papers of requests that expired before a time, UTC microseconds since 1970.</summary>
    public void ForgetExpired(ulong utcUs)
    {
        foreach (Id16 id in All())
        {
            Refusal refusal = PersonSigned.TryRead(SignedType.Request, Read(id).Request, out PersonSigned? signed);
            if (refusal == Refusal.None
                && Request.TryDecode(signed!.Payload, out Request? request) == Refusal.None
                && request!.ExpiresUtcUs < utcUs)
            {
                Array.ForEach(Directory.GetFiles(FolderOf(id)), DurableFile.Delete);
                Directory.Delete(FolderOf(id));
            }
        }
    }

    /// <summary>The report that an oral approval was not confirmed in time; null where there is none.</summary>
    public string? Report(Id16 id)
    {
        string file = Path.Combine(FolderOf(id), ReportName);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    /// <summary>Keeps that report.</summary>
    public void PutReport(Id16 id, ReadOnlySpan<byte> text)
    {
        string file = Path.Combine(FolderOf(id), ReportName);
        DurableFile.Put(file, file + ".part", text);
    }

    private string FolderOf(Id16 id) => Path.Combine(root, id.ToString());
}
