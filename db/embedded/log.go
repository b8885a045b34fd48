package embedded

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	maxLogBytes  = 4 << 20 // at start a longer log becomes the old one
	oldLogSuffix = ".1"
	quotedLines  = 4    // of the log in an error
	quotedBytes  = 2000 // read from its end for that
)

// serverLog is the file PostgreSQL writes its messages to.
type serverLog struct {
	file  *os.File
	start int64 // its size before this start
}

// openLog opens the log for appending; one that has grown too long becomes the
// old log, so that the two together stay bounded across starts.
func openLog(dataDir string) (*serverLog, error) {
	path := filepath.Join(dataDir, logName)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(path, path+oldLogSuffix); err != nil {
			return nil, folderError(dataDir, err)
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, folderError(dataDir, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(folderError(dataDir, err), file.Close())
	}
	return &serverLog{file: file, start: info.Size()}, nil
}

// tail returns the last lines written since this start, or none if they cannot be
// read: it serves a message that has something else to say.
func (l *serverLog) tail() []string {
	// Opened anew: ours may be closed already when the server ended by itself.
	file, err := os.Open(l.file.Name())
	if err != nil {
		return nil
	}
	defer file.Close() //nolint:errcheck // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	from := max(l.start, info.Size()-quotedBytes)
	text, err := io.ReadAll(io.NewSectionReader(file, from, info.Size()-from))
	if err != nil {
		return nil
	}
	return lastLines(string(text), quotedLines)
}

// lastLines returns the last n lines that are not empty.
func lastLines(text string, n int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-n):]
}
