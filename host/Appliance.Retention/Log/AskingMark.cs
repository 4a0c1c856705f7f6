using System.Globalization;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Log;

/// <summary>
/// Says that a process asks a logged question, until its end is logged or the process is gone, however it goes: the
/// kernel gives the lock back.
/// </summary>
internal sealed class AskingMark : IDisposable
{
    private readonly FolderLock held;
    private readonly string file;

    private AskingMark(FolderLock held, string file)
    {
        this.held = held;
        this.file = file;
    }

    /// <summary>Takes the mark of a question; null where another process holds it: it is still being asked.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="question">Index of the question in the log.</param>
    public static AskingMark? TryTake(StoreFolder folder, ulong question)
    {
        string name = question.ToString(CultureInfo.InvariantCulture) + ".lock";
        DurableFile.MakeFolder(folder.Asking);
        try
        {
            return new AskingMark(FolderLock.Take(folder.Asking, name), Path.Combine(folder.Asking, name));
        }
        catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.InUse)
        {
            return null;
        }
    }

    public void Dispose()
    {
        File.Delete(file);
        held.Dispose();
    }
}
