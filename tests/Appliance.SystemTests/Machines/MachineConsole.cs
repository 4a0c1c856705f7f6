using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// Commands over a serial line. Each is one line, "number base64"; the answer is the same number, the output in
/// base64 and the exit code between two marks, so that nothing else on the line is taken for an answer.
/// </summary>
internal sealed class MachineConsole : IDisposable
{
    /// <summary>The machine's side, for any POSIX shell with stty and base64: <c>sh SCRIPT ttyS1</c>.</summary>
    public const string GuestScript = """
        exec </dev/$1 >/dev/$1
        stty raw -echo
        echo "ready 0"
        while read -r number line; do
            echo "$line" | base64 -d >/run/console.command
            sh /run/console.command >/run/console.output 2>&1 </dev/null
            code=$?
            echo "begin $number"
            base64 </run/console.output
            echo "end $number $code"
        done
        """;

    private readonly Socket socket;
    private readonly StringBuilder heard = new();
    private readonly Thread reader;
    private int number;
    private int at;
    private bool isOver;

    private MachineConsole(Socket socket)
    {
        this.socket = socket;
        reader = new Thread(Read) { IsBackground = true };
        reader.Start();
    }

    /// <summary>A socket at which QEMU hands over the line; nothing may be there.</summary>
    public static Socket Listen(string path)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }

    /// <summary>The line, once QEMU has it; null when the time is over.</summary>
    public static MachineConsole? Accept(Socket listener, TimeSpan limit) =>
        listener.Poll(limit, SelectMode.SelectRead) ? new MachineConsole(listener.Accept()) : null;

    /// <summary>All that was heard on the line so far.</summary>
    public string Heard
    {
        get
        {
            lock (heard)
            {
                return heard.ToString();
            }
        }
    }

    /// <summary>Waits for the machine's side; false when the time is over or the machine ended.</summary>
    public bool WaitUntilReady(TimeSpan limit) => Until("ready 0\n", limit) is not null;

    /// <summary>Sends bytes that are no command.</summary>
    public void Type(string text) => socket.Send(Encoding.ASCII.GetBytes(text));

    /// <summary>Runs a script with the machine's shell; both its outputs come back together.</summary>
    /// <returns>Null when the time is over or the machine ended.</returns>
    public Outcome? Run(string script, TimeSpan limit)
    {
        number++;
        string command = Convert.ToBase64String(Encoding.UTF8.GetBytes(script + "\n"));
        Type(string.Create(CultureInfo.InvariantCulture, $"{number} {command}\n"));
        string end = string.Create(CultureInfo.InvariantCulture, $"end {number} ");
        string begin = string.Create(CultureInfo.InvariantCulture, $"begin {number}\n");
        if (Until(begin, limit) is null || Until(end, limit) is not string output
            || Until("\n", limit) is not string code)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(Convert.FromBase64String(output));
        return new Outcome(int.Parse(code, CultureInfo.InvariantCulture), text, "");
    }

    public void Dispose()
    {
        socket.Dispose();
        reader.Join();
    }

    // What came before the mark, from where the last call ended; carriage returns of the line are left out.
    private string? Until(string mark, TimeSpan limit)
    {
        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (heard)
        {
            while (true)
            {
                string text = heard.ToString(at, heard.Length - at);
                int found = text.IndexOf(mark, StringComparison.Ordinal);
                if (found >= 0)
                {
                    at += found + mark.Length;
                    return text[..found];
                }

                long left = deadline - Environment.TickCount64;
                if (left <= 0 || isOver)
                {
                    return null;
                }

                Monitor.Wait(heard, TimeSpan.FromMilliseconds(left));
            }
        }
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        int count;
        while ((count = Receive(buffer)) > 0)
        {
            lock (heard)
            {
                heard.Append(Encoding.UTF8.GetString(buffer, 0, count).Replace("\r", ""));
                Monitor.PulseAll(heard);
            }
        }

        lock (heard)
        {
            isOver = true;
            Monitor.PulseAll(heard);
        }
    }

    private int Receive(byte[] buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException)
        {
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
